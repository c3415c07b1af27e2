import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { AuthenticatorDataCheck } from "../../statements/domain/authenticator-data.ts";
import type { ClientDataCheck, ClientDataReadCheck } from "../../statements/domain/client-data.ts";
import type { KeyCheck } from "../../statements/infrastructure/cose-key.ts";

/** Rows of the table that `verifyRegistration` goes through, once everything could be read. */
export type RegistrationTableCheck =
  | ClientDataCheck
  | AuthenticatorDataCheck
  | "credential-differs"
  | "credential-id-length"
  | "attestation-format"
  | "attestation-algorithm"
  | "attestation-encoding"
  | "attestation-statement";

/** Every reason why a new key is not accepted. For the log and the ledger; callers outside see one code. */
export type RegistrationCheck =
  | "shape"
  | "id-not-raw-id"
  | ClientDataReadCheck
  | "attestation-object"
  | "authenticator-data-length"
  | "attested-credential"
  | "extensions"
  | KeyCheck
  | RegistrationTableCheck
  | "attestation-chain"
  | "aaguid";

/** `check` is private: it goes into the log and the ledger, never into a response. */
export type RegistrationRefusal = Refusal & {
  readonly code: "assertion-rejected";
  readonly check: RegistrationCheck;
};

const GENERAL =
  "The answer of the new hardware key was not accepted, so nothing was enrolled. Reload this page and try again; if that fails too, tell a security administrator.";
const OTHER_MODEL =
  "This key does not prove that it is a model that may sign here, so nothing was enrolled. Use a hardware key of an approved model, and let the browser show its make when it asks.";
const COPYABLE =
  "This key can be copied to other devices, so it cannot be enrolled for you. Use a hardware key that keeps its secret to itself.";

const HELP: Partial<Record<RegistrationCheck, string>> = {
  "user-verified":
    "The hardware key did not check who you are, so nothing was enrolled. Set a PIN or a fingerprint on the key and try again.",
  "backup-refused": COPYABLE,
  "attestation-format": OTHER_MODEL,
  "attestation-chain": OTHER_MODEL,
  aaguid: OTHER_MODEL,
};

export function refuseRegistration(check: RegistrationCheck): RegistrationRefusal {
  const message = HELP[check] ?? GENERAL;
  return { ...refuse("assertion-rejected", message), code: "assertion-rejected", check };
}
