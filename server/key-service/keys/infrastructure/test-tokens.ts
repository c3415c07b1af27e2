import type { TestToken } from "../../../../tests/support/tokens.ts";
import type { Pkcs11Options } from "./pkcs11-key-provider.ts";

/** For tests: how to open a test token through the adapter. */
export function optionsOf(token: TestToken): Pkcs11Options {
  const { module, label, pin, initParameters } = token;
  return {
    module,
    tokenLabel: label,
    pin,
    maxSessions: 8,
    ...(initParameters === undefined ? {} : { initParameters }),
  };
}
