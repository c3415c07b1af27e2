import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { AssertionDataCheck, AuthenticatorDataCheck } from "./authenticator-data.ts";
import type { ClientDataCheck, ClientDataReadCheck } from "./client-data.ts";

/** Rows of the table that `verifyAssertion` goes through, once everything could be read. */
export type AssertionTableCheck =
  | ClientDataCheck
  | AuthenticatorDataCheck
  | AssertionDataCheck
  | "credential-differs"
  | "key-algorithm"
  | "signature-encoding"
  | "signature"
  | "user-handle"
  | "backup-eligible-changed";

/** Every reason why an assertion is not accepted. For the log and the ledger; callers outside see one code. */
export type AssertionCheck =
  | "shape"
  | "id-not-raw-id"
  | "user-handle-missing"
  | ClientDataReadCheck
  | "key-encoding"
  | "key-weak"
  | AssertionTableCheck
  | "credential-unknown";

/** `check` is private: it goes into the log and the ledger, never into a response. */
export type AssertionRefusal = Refusal & {
  readonly code: "assertion-rejected";
  readonly check: AssertionCheck;
};

const GENERAL =
  "The hardware key's answer was not accepted, so nothing was signed. Reload this page and use a key that is enrolled for you; if that fails too, tell a security administrator.";

/** Where the person who holds the key can mend it, and an attacker learns nothing that the key did not say. */
const HELP: Partial<Record<AssertionCheck, string>> = {
  "user-verified":
    "The hardware key did not check who you are, so nothing was signed. Set a PIN or a fingerprint on the key, or use another of your keys, and try again.",
};

export function refuseAssertion(check: AssertionCheck): AssertionRefusal {
  return {
    ...refuse("assertion-rejected", HELP[check] ?? GENERAL),
    code: "assertion-rejected",
    check,
  };
}
