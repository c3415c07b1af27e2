import { fromBase64url, toBase64url } from "@countersign/protocol/bytes";
import { digestOf } from "@countersign/protocol/digest";
import { credentialId, type Digest, idText, personId } from "@countersign/protocol/ids";
import { verifyAuthenticationResponse } from "@simplewebauthn/server";
import type { Result } from "../../server/kernel/result.ts";
import {
  type EnrolledCredential,
  parseAssertion,
} from "../../server/key-service/statements/domain/assertion.ts";
import type { AssertionRefusal } from "../../server/key-service/statements/domain/assertion-checks.ts";
import {
  type VerifiedAssertion,
  verifyAssertion,
} from "../../server/key-service/statements/infrastructure/verify-assertion.ts";
import {
  type AssertionJson,
  type Overrides,
  SoftwareAuthenticator,
  type SoftwareAuthenticatorOptions,
} from "./software-authenticator.ts";

/* One desk, two people, their keys, and one act to sign: what every forgery starts from. */

export const DESK = { rpId: "desk.localhost", origin: "http://desk.localhost:7443" } as const;

/** Stands for a statement's digest. */
export const CHALLENGE: Digest = await digestOf("statement", { act: "request", of: "prod/db" });

export type Holder = {
  readonly authenticator: SoftwareAuthenticator;
  readonly enrolled: EnrolledCredential;
};

/** A person with one enrolled key. `number` tells people apart. */
export function holder(
  number: number,
  options: Partial<SoftwareAuthenticatorOptions> = {},
): Holder {
  const authenticator = new SoftwareAuthenticator({ ...DESK, ...options });
  const userHandle = toBase64url(new Uint8Array(32).fill(number));
  authenticator.register({ challenge: CHALLENGE, user: { id: userHandle } });
  const enrolled: EnrolledCredential = {
    credential: credentialId.parse(authenticator.credential),
    publicKey: authenticator.publicKey,
    algorithm: authenticator.key.algorithm,
    person: personId.parse(idText("p", new Uint8Array(16).fill(number))),
    userHandle,
    backupEligible: options.backupEligible ?? false,
    signCount: 0,
  };
  return { authenticator, enrolled };
}

export const sam = holder(1);
export const eve = holder(2);
export const priyaEdDsa = holder(3, { algorithm: -8 });
export const cassRsa = holder(4, { algorithm: -257 });
/** A passkey that is copied between devices. */
export const theoCopied = holder(5, { backupEligible: true });

export type Attempt = {
  readonly json: unknown;
  /** Sam's unless told; null for one that nobody has. */
  readonly credential?: EnrolledCredential | null;
  readonly expectedChallenge?: Digest;
  readonly mayBeBackedUp?: boolean;
};

export function signed(
  overrides: Overrides = {},
  by: Holder = sam,
  challenge: string = CHALLENGE,
): AssertionJson {
  return by.authenticator.sign({ challenge, overrides });
}

/** An honest answer, altered after it was signed. */
export function posted(alter: (json: AssertionJson) => unknown, by: Holder = sam): unknown {
  return alter(signed({}, by));
}

/** Alters one member of an honest answer's `response`. */
export function withResponse(
  member: keyof AssertionJson["response"],
  value: unknown,
  by: Holder = sam,
): unknown {
  return posted((json) => ({ ...json, response: { ...json.response, [member]: value } }), by);
}

/** Bytes of an ECDSA-Sig-Value on P-256 whose integers both need all of their 33 bytes. */
const LONGEST_ECDSA_BYTES = 72;

/**
 * Signed by Sam, again until the ECDSA signature has its longest form (one in four has), so that an
 * alteration of it means the same on each run.
 */
export function signedAtLength(): AssertionJson {
  let json = signed();
  while (base64urlBytesOf(json.response.signature) < LONGEST_ECDSA_BYTES) json = signed();
  return json;
}

/** Alters the bytes of the honest signature. */
export function withSignature(alter: (bytes: Uint8Array) => Uint8Array, by: Holder = sam): unknown {
  const json = by === sam ? signedAtLength() : signed({}, by);
  const bytes = fromBase64url(json.response.signature) ?? new Uint8Array();
  return { ...json, response: { ...json.response, signature: toBase64url(alter(bytes)) } };
}

function base64urlBytesOf(text: string): number {
  return Math.floor((text.length * 3) / 4);
}

/** What the desk's listener does with a posted answer. */
export async function judge(
  attempt: Attempt,
): Promise<Result<VerifiedAssertion, AssertionRefusal>> {
  const parsed = parseAssertion(attempt.json);
  if (!parsed.ok) return parsed;
  return verifyAssertion({
    record: parsed.value,
    expectedChallenge: attempt.expectedChallenge ?? CHALLENGE,
    ...DESK,
    credential: attempt.credential === undefined ? sam.enrolled : attempt.credential,
    mayBeBackedUp: attempt.mayBeBackedUp ?? false,
  });
}

/** Whether the library, asked the same with nothing of ours before it, accepts. */
export async function isAcceptedByLibraryAlone(attempt: Attempt): Promise<boolean> {
  const credential = attempt.credential ?? sam.enrolled;
  try {
    const { verified } = await verifyAuthenticationResponse({
      response: attempt.json as Parameters<typeof verifyAuthenticationResponse>[0]["response"], // a forgery is whatever it is
      expectedChallenge: attempt.expectedChallenge ?? CHALLENGE,
      expectedOrigin: DESK.origin,
      expectedRPID: DESK.rpId,
      credential: {
        id: credential.credential,
        publicKey: fromBase64url(credential.publicKey) ?? new Uint8Array(),
        counter: credential.signCount,
      },
    });
    return verified;
  } catch {
    return false;
  }
}
