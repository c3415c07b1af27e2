import { exactBuffer, suite } from "./hpke.ts";

/**
 * The key to which the values of one request are sealed. It is kept in a 0600 file until the request is
 * opened or has expired: whoever reads that file can open what was sealed to it.
 */
export type RequestKey = {
  /** 65 bytes, uncompressed point of P-256. */
  readonly publicKey: Uint8Array;
  /** 32 bytes. */
  readonly privateKey: Uint8Array;
};

export async function generateRequestKey(): Promise<RequestKey> {
  const pair = await suite.kem.generateKeyPair();
  return {
    publicKey: new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey)),
    privateKey: new Uint8Array(await suite.kem.serializePrivateKey(pair.privateKey)),
  };
}

/** @returns null where the bytes are no P-256 private key. */
export async function readPrivateKey(bytes: Uint8Array): Promise<CryptoKey | null> {
  try {
    return await suite.kem.deserializePrivateKey(exactBuffer(bytes));
  } catch {
    return null;
  }
}
