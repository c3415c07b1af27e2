import type { CredentialId } from "@countersign/protocol/ids";
import { KEY_ALGORITHMS } from "@countersign/protocol/statement";
import { CEREMONY_TIMEOUT_MS } from "../../statements/infrastructure/assertion-options.ts";

export type RegistrationOptions = {
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  /** base64url */
  readonly challenge: string;
  readonly pubKeyCredParams: readonly { readonly type: "public-key"; readonly alg: number }[];
  readonly timeout: number;
  readonly attestation: "direct";
  readonly authenticatorSelection: {
    readonly residentKey: "required";
    readonly requireResidentKey: true;
    readonly userVerification: "required";
  };
  readonly excludeCredentials: readonly {
    readonly type: "public-key";
    readonly id: CredentialId;
  }[];
};

/**
 * `PublicKeyCredentialCreationOptionsJSON` (WebAuthn Level 3, section 5.1.9) that ask for what
 * `verifyRegistration` demands.
 *
 * `userHandle`: 32 random bytes, base64url, one for each person for ever; it stands on the key and holds
 * nothing personal. `challenge`: 32 fresh random bytes, base64url, that the caller remembers. `exclude`: the
 * keys of this person, so that one key is not enrolled twice; of this person only, or the browser of one
 * would tell who has which key.
 */
export function registrationOptions(input: {
  readonly rpId: string;
  readonly personName: string;
  readonly userHandle: string;
  readonly challenge: string;
  readonly exclude: readonly CredentialId[];
}): RegistrationOptions {
  return {
    rp: { id: input.rpId, name: "Countersign" },
    user: { id: input.userHandle, name: input.personName, displayName: input.personName },
    challenge: input.challenge,
    pubKeyCredParams: KEY_ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
    timeout: CEREMONY_TIMEOUT_MS,
    attestation: "direct",
    authenticatorSelection: {
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    },
    excludeCredentials: input.exclude.map((id) => ({ type: "public-key", id })),
  };
}
