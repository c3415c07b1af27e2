import type { CredentialId, Digest } from "@countersign/protocol/ids";

export type AssertionOptions = {
  readonly rpId: string;
  readonly challenge: Digest;
  readonly timeout: number;
  readonly userVerification: "required";
  readonly allowCredentials: readonly { readonly type: "public-key"; readonly id: CredentialId }[];
};

/** Five minutes: time to find the key and its PIN. */
export const CEREMONY_TIMEOUT_MS = 300_000;

/**
 * `PublicKeyCredentialRequestOptionsJSON` (WebAuthn Level 3, section 5.4.7) that ask for what
 * `verifyAssertion` demands. Leave `allow` empty where you can: a key must then return the user handle,
 * and nobody learns who has which keys (lesson L5).
 */
export function assertionOptions(input: {
  readonly rpId: string;
  readonly challenge: Digest;
  readonly allow?: readonly CredentialId[];
}): AssertionOptions {
  return {
    rpId: input.rpId,
    challenge: input.challenge,
    timeout: CEREMONY_TIMEOUT_MS,
    userVerification: "required",
    allowCredentials: (input.allow ?? []).map((id) => ({ type: "public-key", id })),
  };
}
