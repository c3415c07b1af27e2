import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { type CborInput, writeCbor } from "./cbor-writer.ts";
import { publicJwk } from "./public-jwk.ts";

/** COSE algorithms: ES256, EdDSA, RS256. */
export type SoftwareAlgorithm = -7 | -8 | -257;

/** A key pair as authenticators hold it. `coseKey` is CTAP2 canonical CBOR. */
export type SoftwareKey = {
  readonly algorithm: SoftwareAlgorithm;
  readonly coseKey: Buffer;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  sign(data: Uint8Array): Buffer;
};

export function makeSoftwareKey(algorithm: SoftwareAlgorithm): SoftwareKey {
  return softwareKeyOf(algorithm, generatePair(algorithm).privateKey);
}

/** The key again of which only the private half was kept. */
export function softwareKeyOf(algorithm: SoftwareAlgorithm, privateKey: KeyObject): SoftwareKey {
  const publicKey = createPublicKey(privateKey);
  const hash = algorithm === -8 ? null : "sha256";
  return {
    algorithm,
    publicKey,
    privateKey,
    coseKey: encodeCoseKey(algorithm, publicKey),
    sign: (data) => sign(hash, data, privateKey),
  };
}

function generatePair(algorithm: SoftwareAlgorithm): {
  publicKey: KeyObject;
  privateKey: KeyObject;
} {
  if (algorithm === -7) return generateKeyPairSync("ec", { namedCurve: "P-256" });
  if (algorithm === -8) return generateKeyPairSync("ed25519");
  return generateKeyPairSync("rsa", { modulusLength: 2048 });
}

function encodeCoseKey(algorithm: SoftwareAlgorithm, key: KeyObject): Buffer {
  const jwk = publicJwk(key);
  const field = (text: string | undefined): Buffer => Buffer.from(text ?? "", "base64url");
  const labels: Record<SoftwareAlgorithm, [number, CborInput][]> = {
    [-7]: [
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, field(jwk.x)],
      [-3, field(jwk.y)],
    ],
    [-8]: [
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, field(jwk.x)],
    ],
    [-257]: [
      [1, 3],
      [3, -257],
      [-1, field(jwk.n)],
      [-2, field(jwk.e)],
    ],
  };
  return writeCbor(new Map(labels[algorithm]));
}
