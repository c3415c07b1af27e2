import { toBase64url } from "@countersign/protocol/bytes";
import { digestOf } from "@countersign/protocol/digest";
import type { Digest } from "@countersign/protocol/ids";
import { verifyRegistrationResponse } from "@simplewebauthn/server";
import type { Result } from "../../server/kernel/result.ts";
import type { RegistrationPolicy } from "../../server/key-service/roster/infrastructure/attestation.ts";
import type { RegistrationRefusal } from "../../server/key-service/roster/infrastructure/registration-checks.ts";
import { registrationOptions } from "../../server/key-service/roster/infrastructure/registration-options.ts";
import {
  type VerifiedRegistration,
  verifyRegistration,
} from "../../server/key-service/roster/infrastructure/verify-registration.ts";
import { DESK } from "./assertion-bench.ts";
import { certifiedBy, makeCertificate } from "./attestation-certificates.ts";
import {
  type RegistrationJson,
  type RegistrationOverrides,
  SoftwareAuthenticator,
} from "./software-authenticator.ts";

/* One desk, one person who enrols a key, and an invented maker of keys with a root, an authority and a leaf. */

export const NOW = Date.parse("2026-06-01T00:00:00Z");
/** Stands for 32 random bytes. */
export const REGISTRATION_CHALLENGE: Digest = await digestOf("statement", { random: 1 });
export const OPTIONS = registrationOptions({
  rpId: DESK.rpId,
  personName: "Sam",
  userHandle: toBase64url(new Uint8Array(32).fill(1)),
  challenge: REGISTRATION_CHALLENGE,
  exclude: [],
});

export const MODEL = "2fc0579f-8113-47ea-b116-bb5a8db9202a";
const MODEL_BYTES = Buffer.from(MODEL.replaceAll("-", ""), "hex");

export const makerRoot = makeCertificate({ subject: "Maker Root", isAuthority: true });
export const makerAuthority = makeCertificate({
  subject: "Maker Authority",
  issuer: makerRoot,
  isAuthority: true,
});
export const makerLeaf = makeCertificate({
  subject: "Maker Model A",
  issuer: makerAuthority,
  aaguid: MODEL_BYTES,
  validTo: new Date("2080-01-01"),
});
export const makerAttestation = certifiedBy(makerLeaf, makerAuthority);

export const DEVELOPMENT: RegistrationPolicy = { mode: "development" };
export const PRODUCTION: RegistrationPolicy = {
  mode: "production",
  roots: [makerRoot.pem],
  aaguids: [MODEL],
};

/** A key of the maker, as Sam holds it. */
export const makerKey = new SoftwareAuthenticator({ ...DESK, aaguid: MODEL });

export function registered(overrides: RegistrationOverrides = {}, by = makerKey): RegistrationJson {
  return by.register(OPTIONS, { attestation: makerAttestation, ...overrides });
}

export type RegistrationAttempt = {
  readonly json: unknown;
  readonly policy?: RegistrationPolicy;
  readonly expectedChallenge?: Digest;
  readonly mayBeBackedUp?: boolean;
  readonly now?: number;
};

export function judgeRegistration(
  attempt: RegistrationAttempt,
): Promise<Result<VerifiedRegistration, RegistrationRefusal>> {
  return verifyRegistration({
    expectedChallenge: REGISTRATION_CHALLENGE,
    ...DESK,
    mayBeBackedUp: false,
    policy: PRODUCTION,
    now: NOW,
    ...attempt,
  });
}

/** Whether the library, asked the same with nothing of ours before it, accepts. */
export async function isRegistrationAcceptedByLibraryAlone(
  attempt: RegistrationAttempt,
): Promise<boolean> {
  try {
    const { verified } = await verifyRegistrationResponse({
      response: attempt.json as Parameters<typeof verifyRegistrationResponse>[0]["response"], // a forgery is whatever it is
      expectedChallenge: attempt.expectedChallenge ?? REGISTRATION_CHALLENGE,
      expectedOrigin: DESK.origin,
      expectedRPID: DESK.rpId,
    });
    return verified;
  } catch {
    return false;
  }
}
