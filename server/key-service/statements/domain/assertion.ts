import type { CredentialId } from "@countersign/protocol/ids";
import { base64urlBytes, credentialId, type PersonId } from "@countersign/protocol/ids";
import { z } from "zod";
import { err, ok, type Result } from "../../../kernel/result.ts";
import { type AssertionRefusal, refuseAssertion } from "./assertion-checks.ts";
import { clientDataText } from "./client-data.ts";

/** COSE algorithm: ES256, EdDSA, RS256. */
export type KeyAlgorithm = -7 | -8 | -257;

/** A hardware key as the ledger knows it. */
export type EnrolledCredential = {
  readonly credential: CredentialId;
  /** COSE_Key, CBOR, base64url. */
  readonly publicKey: string;
  readonly algorithm: KeyAlgorithm;
  readonly person: PersonId;
  /** The person's WebAuthn user handle, 32 bytes, base64url. */
  readonly userHandle: string;
  /** WebAuthn BE, as it was when the key was enrolled. */
  readonly backupEligible: boolean;
  /** Counter of the last accepted assertion. */
  readonly signCount: number;
};

/**
 * What the ledger entry keeps of an assertion: all that somebody needs, with the enrolled public key and
 * the statement, to check the signature again in ten years. Base64url each, bounded, one encoding.
 */
export const assertionRecord = z.strictObject({
  credential: credentialId,
  /** Room for what a key must not send, so that it is refused by name. */
  authenticatorData: base64urlBytes(0, 2048),
  clientDataJSON: clientDataText,
  /** RSA-4096 makes 512 bytes. */
  signature: base64urlBytes(0, 512),
  userHandle: base64urlBytes(0, 64),
});
export type AssertionRecord = z.infer<typeof assertionRecord>;

/**
 * `AuthenticationResponseJSON` (WebAuthn Level 3, section 5.1.8). What browsers add is allowed by name and
 * never read: none of it is signed. Any other member is refused.
 */
const assertionResponse = z.strictObject({
  id: z.string(),
  rawId: credentialId,
  type: z.literal("public-key"),
  response: z.strictObject({
    clientDataJSON: assertionRecord.shape.clientDataJSON,
    authenticatorData: assertionRecord.shape.authenticatorData,
    signature: assertionRecord.shape.signature,
    userHandle: assertionRecord.shape.userHandle.nullish(),
  }),
  authenticatorAttachment: z.unknown().optional(),
  clientExtensionResults: z.unknown().optional(),
});

/**
 * From the JSON that the desk posted to the record that is verified and kept. Proves nothing yet: whoever
 * posts chooses every byte. `record.credential` is what the caller looks the enrolled key up by.
 *
 * A user handle must be there: every key is enrolled as discoverable, and those return it.
 */
export function parseAssertion(json: unknown): Result<AssertionRecord, AssertionRefusal> {
  const parsed = assertionResponse.safeParse(json);
  if (!parsed.success) return err(refuseAssertion("shape"));
  const { id, rawId, response } = parsed.data;
  if (id !== rawId) return err(refuseAssertion("id-not-raw-id"));
  const { userHandle, ...signed } = response;
  if (!userHandle) return err(refuseAssertion("user-handle-missing"));
  return ok({ credential: rawId, ...signed, userHandle });
}
