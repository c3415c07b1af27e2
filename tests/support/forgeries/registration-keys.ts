import { createHash, generateKeyPairSync } from "node:crypto";
import { type CborInput, writeCbor } from "../../../scripts/authenticator/cbor-writer.ts";
import { publicJwk } from "../../../scripts/authenticator/public-jwk.ts";
import { makeSoftwareKey } from "../../../scripts/authenticator/software-key.ts";
import type { RegistrationAttempt } from "../registration-bench.ts";
import { noAttestation } from "../software-authenticator.ts";
import { type ForgedRegistration, inDevelopment } from "./forged-registration.ts";

const withKey = (coseKey: Uint8Array): RegistrationAttempt =>
  inDevelopment({ coseKey, attestation: noAttestation });
const cose = (...labels: [number, CborInput][]) => writeCbor(new Map(labels));
const random32 = () => createHash("sha256").update("any 32 bytes").digest();

const es256 = makeSoftwareKey(-7).coseKey;
const [x, y] = [es256.subarray(10, 42), es256.subarray(45)];
const p384 = publicJwk(generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey);
const weakRsa = publicJwk(generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey);
const rsa = makeSoftwareKey(-257).coseKey;
const modulus = rsa.subarray(11, 267);

/** Public keys that are weak, or one key in another spelling. */
export const FORGED_KEYS: readonly ForgedRegistration[] = [
  [
    "a parameter more",
    "key-encoding",
    () => withKey(cose([1, 2], [3, -7], [-1, 1], [-2, x], [-3, y], [-4, random32()])),
  ],
  [
    "a key id in the key",
    "key-encoding",
    () => withKey(cose([1, 2], [2, random32()], [3, -7], [-1, 1], [-2, x], [-3, y])),
  ],
  ["a parameter less", "key-encoding", () => withKey(cose([1, 2], [3, -7], [-1, 1], [-2, x]))],
  [
    "y under another name",
    "key-encoding",
    () => withKey(cose([1, 2], [3, -7], [-1, 1], [-2, x], [-4, y])),
  ],
  [
    "parameters in another order",
    "key-encoding",
    () => withKey(cose([3, -7], [1, 2], [-1, 1], [-2, x], [-3, y])),
  ],
  [
    "a private key among the parameters",
    "key-encoding",
    () => withKey(cose([1, 2], [3, -7], [-1, 1], [-2, x], [-3, y], [-4, x])),
  ],
  [
    "ES256 on another curve",
    "key-encoding",
    () =>
      withKey(
        cose(
          [1, 2],
          [3, -7],
          [-1, 2],
          [-2, Buffer.from(p384.x ?? "", "base64url")],
          [-3, Buffer.from(p384.y ?? "", "base64url")],
        ),
      ),
  ],
  [
    "P-256 with the algorithm of RSA",
    "key-encoding",
    () => withKey(cose([1, 2], [3, -257], [-1, 1], [-2, x], [-3, y])),
  ],
  [
    "ES384",
    "key-encoding",
    () =>
      withKey(
        cose(
          [1, 2],
          [3, -35],
          [-1, 2],
          [-2, Buffer.from(p384.x ?? "", "base64url")],
          [-3, Buffer.from(p384.y ?? "", "base64url")],
        ),
      ),
  ],
  [
    "RSA with SHA-1",
    "key-encoding",
    () => withKey(cose([1, 3], [3, -65535], [-1, modulus], [-2, Buffer.from([1, 0, 1])])),
  ],
  [
    "RSA-PSS",
    "key-encoding",
    () => withKey(cose([1, 3], [3, -37], [-1, modulus], [-2, Buffer.from([1, 0, 1])])),
  ],
  [
    "RSA with the exponent 1",
    "key-encoding",
    () => withKey(cose([1, 3], [3, -257], [-1, modulus], [-2, Buffer.from([1])])),
  ],
  [
    "RSA with the exponent 3",
    "key-encoding",
    () => withKey(cose([1, 3], [3, -257], [-1, modulus], [-2, Buffer.from([3])])),
  ],
  [
    "RSA of 1024 bits",
    "key-encoding",
    () =>
      withKey(
        cose(
          [1, 3],
          [3, -257],
          [-1, Buffer.from(weakRsa.n ?? "", "base64url")],
          [-2, Buffer.from([1, 0, 1])],
        ),
      ),
  ],
  [
    "RSA of 1024 bits with zeros before them",
    "key-weak",
    () =>
      withKey(
        cose(
          [1, 3],
          [3, -257],
          [-1, Buffer.concat([Buffer.alloc(128), Buffer.from(weakRsa.n ?? "", "base64url")])],
          [-2, Buffer.from([1, 0, 1])],
        ),
      ),
  ],
  [
    "RSA of 1024 bits under a length in a longer form",
    "key-weak",
    () =>
      withKey(
        Buffer.concat([
          Buffer.from("a401030339010020590080", "hex"),
          Buffer.from(weakRsa.n ?? "", "base64url"),
          Buffer.from("2143010001", "hex"),
        ]),
      ),
  ],
  [
    "RSA of 2040 bits",
    "key-encoding",
    () =>
      withKey(
        cose([1, 3], [3, -257], [-1, modulus.subarray(0, 255)], [-2, Buffer.from([1, 0, 1])]),
      ),
  ],
  [
    "RSA of 8192 bits",
    "key-weak",
    () =>
      withKey(
        cose([1, 3], [3, -257], [-1, Buffer.alloc(1024, 0xff)], [-2, Buffer.from([1, 0, 1])]),
      ),
  ],
  [
    "an even RSA modulus",
    "key-weak",
    () =>
      withKey(cose([1, 3], [3, -257], [-1, Buffer.alloc(256, 0xfe)], [-2, Buffer.from([1, 0, 1])])),
  ],
  [
    "a point off the curve",
    "key-weak",
    () => withKey(cose([1, 2], [3, -7], [-1, 1], [-2, x], [-3, x])),
  ],
  [
    "the point zero",
    "key-weak",
    () => withKey(cose([1, 2], [3, -7], [-1, 1], [-2, Buffer.alloc(32)], [-3, Buffer.alloc(32)])),
  ],
  [
    "a coordinate larger than the field",
    "key-weak",
    () => withKey(cose([1, 2], [3, -7], [-1, 1], [-2, Buffer.alloc(32, 0xff)], [-3, y])),
  ],
  [
    "a compressed point",
    "key-encoding",
    () => withKey(cose([1, 2], [3, -7], [-1, 1], [-2, x], [-3, true])),
  ],
  [
    "an Ed25519 point under which anybody signs",
    "key-weak",
    () =>
      withKey(
        cose([1, 1], [3, -8], [-1, 6], [-2, Buffer.concat([Buffer.from([1]), Buffer.alloc(31)])]),
      ),
  ],
  [
    "the same point with the other sign",
    "key-weak",
    () =>
      withKey(
        cose(
          [1, 1],
          [3, -8],
          [-1, 6],
          [-2, Buffer.concat([Buffer.from([1]), Buffer.alloc(30), Buffer.from([0x80])])],
        ),
      ),
  ],
  [
    "an Ed25519 point of order eight",
    "key-weak",
    () =>
      withKey(
        cose(
          [1, 1],
          [3, -8],
          [-1, 6],
          [
            -2,
            Buffer.from("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "hex"),
          ],
        ),
      ),
  ],
  [
    "Ed448",
    "key-encoding",
    () => withKey(cose([1, 1], [3, -8], [-1, 7], [-2, Buffer.alloc(57, 1)])),
  ],
  [
    "names in words, as one browser once wrote",
    "key-encoding",
    () => withKey(Buffer.from("a301634f4b500327206745643235353139", "hex")),
  ],
  ["no key", "attested-credential", () => withKey(Buffer.alloc(0))],
];
