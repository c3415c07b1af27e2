import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { toBase64url } from "@countersign/protocol/bytes";
import type { Digest } from "@countersign/protocol/ids";
import type { TestPerson } from "./test-cast.ts";

/** A hardware key of a person of the cast: ES256, in software. */
export type TestHardwareKey = {
  readonly of: TestPerson;
  /** COSE_Key, base64url. */
  readonly publicKey: string;
  readonly key: KeyObject;
};

export function makeHardwareKey(of: TestPerson): TestHardwareKey {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const point = pair.publicKey.export({ format: "der", type: "spki" }).subarray(-64);
  const cose = [
    Buffer.from("a5010203262001215820", "hex"),
    point.subarray(0, 32),
    Buffer.from("225820", "hex"),
    point.subarray(32),
  ];
  return { of, publicKey: toBase64url(Buffer.concat(cose)), key: pair.privateKey };
}

export type Touch = {
  readonly challenge: Digest;
  readonly origin: string;
  /** 0x05: present and verified. */
  readonly flags?: number;
  readonly type?: string;
};

/** What an authenticator and a browser answer, as a ledger entry keeps it. */
export function touch(key: TestHardwareKey, { challenge, origin, flags, type }: Touch) {
  const clientData = Buffer.from(
    JSON.stringify({ type: type ?? "webauthn.get", challenge, origin, crossOrigin: false }),
  );
  const authenticatorData = Buffer.concat([
    createHash("sha256").update(new URL(origin).hostname).digest(),
    Buffer.of(flags ?? 0x05, 0, 0, 0, 1),
  ]);
  const signed = Buffer.concat([
    authenticatorData,
    createHash("sha256").update(clientData).digest(),
  ]);
  return {
    credential: key.of.credential,
    authenticatorData: toBase64url(authenticatorData),
    clientDataJSON: toBase64url(clientData),
    signature: toBase64url(sign("sha256", signed, key.key)),
    userHandle: "A".repeat(43),
  };
}

/** The event that names it as that person's. */
export function enrolment({ of, publicKey }: TestHardwareKey) {
  return { type: "KeyEnrolled", person: of.person, credential: of.credential, publicKey };
}
