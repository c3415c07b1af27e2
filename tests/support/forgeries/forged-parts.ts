import type { AuthenticatorDataCheck } from "../../../server/key-service/statements/domain/authenticator-data.ts";
import type {
  ClientDataCheck,
  ClientDataReadCheck,
} from "../../../server/key-service/statements/domain/client-data.ts";
import { FLAG, type Overrides } from "../software-authenticator.ts";

/**
 * What an attacker does to the parts that both ceremonies have, by name; the check that catches it; the parts
 * in place of the honest ones. An assertion and a registration are forged by each of these.
 */
export type ForgedParts = readonly [
  forgery: string,
  check: ClientDataCheck | ClientDataReadCheck | AuthenticatorDataCheck | "shape",
  parts: Overrides,
];

const flags = (alter: (honest: number) => number): Overrides => ({ flags: alter });

/** Where the key was, and what it says of the person and of itself. */
export const FORGED_FLAGS: readonly ForgedParts[] = [
  ["the RP id of the console", "rp-id-hash", { rpId: "localhost" }],
  ["the RP id of another site", "rp-id-hash", { rpId: "evil.example" }],
  ["the RP id with a dot at its end", "rp-id-hash", { rpId: "desk.localhost." }],
  ["nobody present", "user-present", flags((it) => it & ~FLAG.UP)],
  ["nobody verified", "user-verified", flags((it) => it & ~FLAG.UV)],
  ["neither present nor verified", "user-present", flags((it) => it & ~(FLAG.UP | FLAG.UV))],
  ["an approver's key that can be copied", "backup-refused", flags((it) => it | FLAG.BE)],
  ["copied, but not copyable", "backup-flags", flags((it) => it | FLAG.BS)],
  ["a reserved flag", "flags-reserved", flags((it) => it | FLAG.RFU1)],
  ["the other reserved flag", "flags-reserved", flags((it) => it | FLAG.RFU2)],
];
