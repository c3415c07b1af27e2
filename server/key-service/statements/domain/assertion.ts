import {
  base64urlBytes,
  type CredentialId,
  credentialId,
  type PersonId,
} from "@countersign/protocol/ids";
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
export type AssertionRecord = {
  readonly credential: CredentialId;
  readonly authenticatorData: string;
  readonly clientDataJSON: string;
  readonly signature: string;
  readonly userHandle: string;
};

/** Room for what a key must not send, so that it is refused by name. */
const authenticatorDataText = base64urlBytes(0, 2048);
/** RSA-4096 makes 512 bytes. */
const signatureText = base64urlBytes(0, 512);
/** WebAuthn Level 3, section 5.4.3. */
const userHandleText = base64urlBytes(0, 64);

/**
 * From the JSON that the desk posted, an `AuthenticationResponseJSON` (WebAuthn Level 3, section 5.1.8), to
 * the record that is verified and kept. Proves nothing yet: whoever posts chooses every byte.
 * `record.credential` is what the caller looks the enrolled key up by.
 *
 * What browsers add is allowed by name and never read, for none of it is signed; any other member is
 * refused. A user handle must be there: every key is enrolled as discoverable, and those return it.
 */
export function parseAssertion(json: unknown): Result<AssertionRecord, AssertionRefusal> {
  const answer = readMembers(json, [
    "id",
    "rawId",
    "type",
    "response",
    "authenticatorAttachment",
    "clientExtensionResults",
  ]);
  const response = readMembers(answer?.response, [
    "clientDataJSON",
    "authenticatorData",
    "signature",
    "userHandle",
  ]);
  const credential = credentialId.safeParse(answer?.rawId);
  const clientDataJSON = clientDataText.safeParse(response?.clientDataJSON);
  const authenticatorData = authenticatorDataText.safeParse(response?.authenticatorData);
  const signature = signatureText.safeParse(response?.signature);
  const userHandle = userHandleText.nullish().safeParse(response?.userHandle);
  const isShaped =
    answer?.type === "public-key" &&
    credential.success &&
    clientDataJSON.success &&
    authenticatorData.success &&
    signature.success &&
    userHandle.success;
  if (!isShaped) return err(refuseAssertion("shape"));
  if (answer.id !== credential.data) return err(refuseAssertion("id-not-raw-id"));
  if (!userHandle.data) return err(refuseAssertion("user-handle-missing"));
  return ok({
    credential: credential.data,
    authenticatorData: authenticatorData.data,
    clientDataJSON: clientDataJSON.data,
    signature: signature.data,
    userHandle: userHandle.data,
  });
}

/** The members of an object that has no others than these. Null for anything else. */
function readMembers<Name extends string>(
  value: unknown,
  allowed: readonly Name[],
): Partial<Record<Name, unknown>> | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const names: readonly string[] = allowed;
  return Object.keys(value).every((name) => names.includes(name)) ? value : null;
}
