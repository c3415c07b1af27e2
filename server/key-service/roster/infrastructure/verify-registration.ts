import { createHash } from "node:crypto";
import { fromBase64url, toBase64url } from "@countersign/protocol/bytes";
import type { CredentialId, Digest } from "@countersign/protocol/ids";
import { KEY_ALGORITHMS } from "@countersign/protocol/statement";
import { verifyRegistrationResponse } from "@simplewebauthn/server";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { KeyAlgorithm } from "../../statements/domain/assertion.ts";
import {
  AUTHENTICATOR_DATA_CHECKS,
  type AuthenticatorSubject,
} from "../../statements/domain/authenticator-data.ts";
import { type CheckTable, firstFailed } from "../../statements/domain/check-table.ts";
import {
  CLIENT_DATA_CHECKS,
  type ClientDataSubject,
  readClientData,
} from "../../statements/domain/client-data.ts";
import {
  type AttestationLevel,
  type AttestationObject,
  attestationLevel,
  isFormatAllowed,
  isStatementAlgorithmAllowed,
  isStatementWellEncoded,
  type RegistrationPolicy,
  readAttestationObject,
  withoutStatement,
} from "./attestation.ts";
import { type AttestedCredential, readAttestedCredential } from "./attested-credential.ts";
import {
  type RegistrationRefusal,
  type RegistrationTableCheck,
  refuseRegistration,
} from "./registration-checks.ts";
import { type RegistrationResponse, registrationResponse } from "./registration-response.ts";

export type VerifyRegistration = {
  /** What the desk posted. */
  readonly json: unknown;
  /** The 32 bytes that `registrationOptions` sent, base64url. */
  readonly expectedChallenge: Digest;
  readonly rpId: string;
  readonly origin: string;
  /** False for approvers' keys: one that can be copied (BE) is refused. */
  readonly mayBeBackedUp: boolean;
  readonly policy: RegistrationPolicy;
  /** UTC milliseconds, for the certificates. */
  readonly now: number;
};

/** What an *enrol-key* statement states about the new key. */
export type VerifiedRegistration = {
  readonly credential: CredentialId;
  /** COSE_Key, CBOR, base64url. */
  readonly publicKey: string;
  readonly algorithm: KeyAlgorithm;
  /** Lower-case UUID; says the model only where `attestation` is `verified`. */
  readonly aaguid: string;
  readonly backupEligible: boolean;
  readonly attestation: AttestationLevel;
  readonly signCount: number;
};

const ID_BYTES = { min: 16, max: 512 };

/**
 * Whether `json` is a new key made for exactly `expectedChallenge` at the desk's origin, its holder present
 * and verified, of a make that the policy allows: WebAuthn Level 3, section 7.1.
 *
 * Gives no right: who may use the key is decided by the *enrol-key* statement that is signed after this.
 * Not judged here: whether the credential id or public key is already enrolled for somebody (`key-taken`).
 * Without attestation a caller may have made the key in software; development accepts that and says so.
 *
 * @throws Error where a pinned root is not a certificate
 */
export async function verifyRegistration(
  input: VerifyRegistration,
): Promise<Result<VerifiedRegistration, RegistrationRefusal>> {
  const parsed = registrationResponse.safeParse(input.json);
  if (!parsed.success) return err(refuseRegistration("shape"));
  const json = parsed.data;
  if (json.id !== json.rawId) return err(refuseRegistration("id-not-raw-id"));
  const clientData = readClientData(bytesOf(json.response.clientDataJSON));
  if (!clientData.ok) return err(refuseRegistration(clientData.error));
  const object = readAttestationObject(bytesOf(json.response.attestationObject));
  if (object === null) return err(refuseRegistration("attestation-object"));
  const attested = readAttestedCredential(object.authData);
  if (!attested.ok) return err(refuseRegistration(attested.error));

  const failed = await firstFailed(REGISTRATION_CHECKS, {
    json,
    object,
    attested: attested.value,
    clientData: clientData.value,
    expected: { type: "webauthn.create", challenge: input.expectedChallenge, origin: input.origin },
    authenticator: attested.value.authenticator,
    rpId: input.rpId,
    rpIdHash: createHash("sha256").update(input.rpId).digest(),
    mayBeBackedUp: input.mayBeBackedUp,
    policy: input.policy,
  });
  if (failed !== null) return err(refuseRegistration(failed));

  const attestation = attestationLevel(object, input.policy, input.now);
  if (input.policy.mode === "production") {
    if (attestation !== "verified") return err(refuseRegistration("attestation-chain"));
    if (!input.policy.aaguids.includes(attested.value.aaguid))
      return err(refuseRegistration("aaguid"));
  }
  const { key, aaguid, authenticator } = attested.value;
  return ok({
    credential: json.rawId,
    publicKey: toBase64url(key.bytes),
    algorithm: key.algorithm,
    aaguid,
    backupEligible: authenticator.flags.backupEligible,
    attestation,
    signCount: authenticator.signCount,
  });
}

type RegistrationSubject = ClientDataSubject &
  AuthenticatorSubject & {
    readonly json: RegistrationResponse;
    readonly object: AttestationObject;
    readonly attested: AttestedCredential;
    readonly rpId: string;
    readonly policy: RegistrationPolicy;
  };

/** What is checked, in this order. */
const REGISTRATION_CHECKS: CheckTable<RegistrationTableCheck, RegistrationSubject> = {
  ...CLIENT_DATA_CHECKS,
  ...AUTHENTICATOR_DATA_CHECKS,
  "credential-id-length": ({ attested }) =>
    attested.credentialIdBytes >= ID_BYTES.min && attested.credentialIdBytes <= ID_BYTES.max,
  "credential-differs": ({ attested, json }) => attested.credential === json.rawId,
  "attestation-format": ({ object, policy }) => isFormatAllowed(object, policy),
  "attestation-algorithm": ({ object, attested }) =>
    isStatementAlgorithmAllowed(object, attested.key.algorithm),
  "attestation-encoding": ({ object }) => isStatementWellEncoded(object),
  "attestation-statement": isStatementSigned,
};

async function isStatementSigned({
  json,
  object,
  expected,
  rpId,
}: RegistrationSubject): Promise<boolean> {
  const isJudged = object.format !== "other";
  const { clientDataJSON, attestationObject } = json.response;
  try {
    const { verified } = await verifyRegistrationResponse({
      response: {
        id: json.rawId,
        rawId: json.rawId,
        type: "public-key",
        response: {
          clientDataJSON,
          attestationObject: isJudged
            ? attestationObject
            : toBase64url(withoutStatement(object.authData)),
        },
        clientExtensionResults: {},
      },
      expectedChallenge: expected.challenge,
      expectedOrigin: expected.origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...KEY_ALGORITHMS],
    });
    return verified;
  } catch {
    // The library reports every defect of a certificate or a statement by throwing; the rest was judged above.
    return false;
  }
}

/** The schema has seen to it that the text is base64url. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64url(text);
  if (bytes === null) throw new TypeError("not base64url");
  return bytes;
}
