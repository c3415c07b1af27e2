import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";

/** A log's key as this witness was configured with it. */
export type LogKey = {
  /** The key's name, which is the log's origin too. */
  readonly name: string;
  readonly keyId: number;
  /** Never throws. */
  verify(text: string, signature: Buffer): boolean;
};

const ecdsaType = 0x02;

/**
 * Reads `<origin>+<key id>+<base64(0x02 || SPKI)>`: ECDSA P-256 with SHA-256, ASN.1 DER signatures, key id
 * the truncated SHA-256 of the SPKI (c2sp.org/signed-note, type 0x02).
 * @throws Error that says what is wrong; keys are public, so it shows the key
 */
export function parseLogKey(verifierKey: string): LogKey {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(verifierKey) ?? [];
  if (name === undefined || id === undefined || encoded === undefined) {
    throw new Error(`not a log key of the form origin+id+key: ${verifierKey}`);
  }
  const decoded = Buffer.from(encoded, "base64");
  if (decoded[0] !== ecdsaType) throw new Error(`not an ECDSA key (type 2): ${verifierKey}`);
  const spki = decoded.subarray(1);
  const key = readP256(spki);
  if (key === null) throw new Error(`not a P-256 key: ${verifierKey}`);
  const keyId = hash("sha256", spki, "buffer").readUInt32BE(0);
  if (keyId !== Number.parseInt(id, 16)) {
    throw new Error(`the id belongs to another key: ${verifierKey}`);
  }
  return {
    name,
    keyId,
    verify(text, signature) {
      try {
        return verify("sha256", Buffer.from(text), key, signature);
      } catch {
        return false; // A malformed encoding is a wrong signature.
      }
    },
  };
}

function readP256(spki: Buffer): KeyObject | null {
  try {
    const key = createPublicKey({ key: spki, format: "der", type: "spki" });
    return key.asymmetricKeyDetails?.namedCurve === "prime256v1" ? key : null;
  } catch {
    return null; // OpenSSL's words for it would say nothing to an operator.
  }
}
