import { createHash } from "node:crypto";
import { fromBase64url } from "@countersign/protocol/bytes";
import type { Digest } from "@countersign/protocol/ids";
import { verifyAuthenticationResponse } from "@simplewebauthn/server";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { AssertionRecord, EnrolledCredential } from "../domain/assertion.ts";
import {
  type AssertionRefusal,
  type AssertionTableCheck,
  refuseAssertion,
} from "../domain/assertion-checks.ts";
import {
  ASSERTION_DATA_CHECKS,
  AUTHENTICATOR_DATA_CHECKS,
  type AuthenticatorSubject,
  readAuthenticatorData,
} from "../domain/authenticator-data.ts";
import { type CheckTable, firstFailed } from "../domain/check-table.ts";
import {
  CLIENT_DATA_CHECKS,
  type ClientDataSubject,
  readClientData,
} from "../domain/client-data.ts";
import { isStrictEcdsaSignature } from "../domain/signature-encoding.ts";
import { type CoseKey, readWholeCoseKey } from "./cose-key.ts";
import { decoyCredential } from "./decoy-credential.ts";

export type VerifyAssertion = {
  readonly record: AssertionRecord;
  /** Digest of the statement, of the list, or of the identify nonce: made by the key service, never by the caller. */
  readonly expectedChallenge: Digest;
  /** Host of the desk. */
  readonly rpId: string;
  /** Origin of the desk, as browsers serialise it. */
  readonly origin: string;
  /** Looked up by `record.credential`. Null where nobody has it: the same work is done, and it is refused. */
  readonly credential: EnrolledCredential | null;
  /** False for approvers' keys: one that can be copied (BE) is refused. */
  readonly mayBeBackedUp: boolean;
};

/** `signCount` goes to `judgeCounter`, which the caller must ask when the assertion arrives. */
export type VerifiedAssertion = { readonly signCount: number; readonly backupState: boolean };

/**
 * Whether the enrolled key signed exactly `expectedChallenge`, at the desk's origin, with its holder present
 * and verified: WebAuthn Level 3, section 7.2. `@simplewebauthn/server` checks the signature and its own
 * list; what it lets pass is judged here first (docs/decisions/0007-webauthn.md).
 *
 * Depends on nothing but its input, so that replay of the ledger comes to the same verdict. Not judged
 * here: the counter (`judgeCounter`), whether the key is revoked or locked, and whether the statement's
 * nonce was used before.
 *
 * A caller who lies in `record` gets a refusal. One who lies in `expectedChallenge` or `credential` gets a
 * verdict about another act or another person: both come from the key service's own state.
 *
 * @throws Error from the library where an assertion that passed all of our checks makes it throw: a fault.
 */
export async function verifyAssertion(
  input: VerifyAssertion,
): Promise<Result<VerifiedAssertion, AssertionRefusal>> {
  const { record } = input;
  const credential = input.credential ?? decoyCredential(record.credential);
  const clientData = readClientData(bytesOf(record.clientDataJSON));
  if (!clientData.ok) return err(refuseAssertion(clientData.error));
  const authenticator = readAuthenticatorData(bytesOf(record.authenticatorData));
  if (authenticator === null) return err(refuseAssertion("authenticator-data-length"));
  const key = readWholeCoseKey(bytesOf(credential.publicKey));
  if (!key.ok) return err(refuseAssertion(key.error));

  const failed = await firstFailed(ASSERTION_CHECKS, {
    record,
    credential,
    key: key.value,
    clientData: clientData.value,
    expected: { type: "webauthn.get", challenge: input.expectedChallenge, origin: input.origin },
    authenticator,
    rpId: input.rpId,
    rpIdHash: createHash("sha256").update(input.rpId).digest(),
    mayBeBackedUp: input.mayBeBackedUp,
  });
  // Only now, so that an unknown key takes as long to refuse as a known one (lesson L5).
  if (input.credential === null) return err(refuseAssertion("credential-unknown"));
  if (failed !== null) return err(refuseAssertion(failed));
  return ok({ signCount: authenticator.signCount, backupState: authenticator.flags.backupState });
}

type AssertionSubject = ClientDataSubject &
  AuthenticatorSubject & {
    readonly record: AssertionRecord;
    readonly credential: EnrolledCredential;
    readonly key: CoseKey;
    readonly rpId: string;
  };

/** What is checked, in this order. What depends on who the person is comes after the signature (lesson L5). */
const ASSERTION_CHECKS: CheckTable<AssertionTableCheck, AssertionSubject> = {
  ...CLIENT_DATA_CHECKS,
  ...AUTHENTICATOR_DATA_CHECKS,
  ...ASSERTION_DATA_CHECKS,
  "credential-differs": ({ record, credential }) => record.credential === credential.credential,
  "key-algorithm": ({ key, credential }) => key.algorithm === credential.algorithm,
  "signature-encoding": ({ key, record }) => isWellEncodedSignature(key, bytesOf(record.signature)),
  signature: isSignedByKey,
  "user-handle": ({ record, credential }) => record.userHandle === credential.userHandle,
  "backup-eligible-changed": ({ authenticator, credential }) =>
    authenticator.flags.backupEligible === credential.backupEligible,
};

function isWellEncodedSignature(key: CoseKey, signature: Uint8Array): boolean {
  const { min, max } = key.signatureBytes;
  if (signature.length < min || signature.length > max) return false;
  return key.algorithm !== -7 || isStrictEcdsaSignature(signature);
}

async function isSignedByKey(subject: AssertionSubject): Promise<boolean> {
  const { record, credential, key, expected, rpId } = subject;
  const { credential: id, userHandle, ...signed } = record;
  const { verified } = await verifyAuthenticationResponse({
    response: {
      id,
      rawId: id,
      type: "public-key",
      response: { ...signed, userHandle },
      clientExtensionResults: {},
    },
    expectedChallenge: expected.challenge,
    expectedOrigin: expected.origin,
    expectedRPID: rpId,
    requireUserVerification: true,
    // 0 leaves the counter to `judgeCounter`: here it would turn a copied key into an exception.
    credential: { id: credential.credential, publicKey: Uint8Array.from(key.bytes), counter: 0 },
  });
  return verified;
}

/** @throws TypeError where a record did not come from `parseAssertion`, of this or an earlier time */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64url(text);
  if (bytes === null) throw new TypeError("the record holds text that is not base64url");
  return bytes;
}
