import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import { Sensitive } from "../../../kernel/sensitive.ts";

/** RFC 9180: DHKEM(P-256, HKDF-SHA256) 0x0010, HKDF-SHA256 0x0001, AES-256-GCM 0x0002; base mode. */
const suite = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

/** Uncompressed point of P-256. */
export const PUBLIC_KEY_BYTES = 65;

export type HpkeMessage = { readonly enc: Buffer; readonly ciphertext: Buffer };

/**
 * Seals one message to a public key (RFC 9180 section 6.1, one shot). Gives no authenticity: sign the
 * result.
 * @returns null where the key is not a point of P-256.
 */
export async function sealToRecipient({
  recipientPublicKey,
  info,
  aad,
  value,
}: {
  /** 65 bytes, uncompressed point. */
  readonly recipientPublicKey: Uint8Array;
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
  readonly value: Sensitive;
}): Promise<HpkeMessage | null> {
  const recipient = await readPublicKey(recipientPublicKey);
  if (recipient === null) return null;
  const plaintext = value.use((bytes) => Uint8Array.from(bytes));
  try {
    const sender = await suite.createSenderContext({
      recipientPublicKey: recipient,
      info: exactBuffer(info),
    });
    const ciphertext = await sender.seal(plaintext, Uint8Array.from(aad));
    return { enc: Buffer.from(sender.enc), ciphertext: Buffer.from(ciphertext) };
  } finally {
    plaintext.fill(0);
  }
}

/** An ephemeral key pair whose private half stays in this process's memory. */
export async function generateRecipientKey(): Promise<{
  readonly privateKey: CryptoKey;
  /** 65 bytes, uncompressed point. */
  readonly publicKey: Buffer;
}> {
  const pair = await suite.kem.generateKeyPair();
  const publicKey = await suite.kem.serializePublicKey(pair.publicKey);
  return { privateKey: pair.privateKey, publicKey: Buffer.from(publicKey) };
}

/** @returns null where anything does not fit together; HPKE does not say what. */
export async function openFromSender({
  privateKey,
  message,
  info,
  aad,
}: {
  readonly privateKey: CryptoKey;
  readonly message: { readonly enc: Uint8Array; readonly ciphertext: Uint8Array };
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
}): Promise<Sensitive | null> {
  try {
    const recipient = await suite.createRecipientContext({
      recipientKey: privateKey,
      enc: exactBuffer(message.enc),
      info: exactBuffer(info),
    });
    const opened = new Uint8Array(
      await recipient.open(Uint8Array.from(message.ciphertext), Uint8Array.from(aad)),
    );
    const value = new Sensitive(opened);
    opened.fill(0);
    return value;
  } catch {
    // a forged `enc`, a changed ciphertext, another key: all one, and nobody is told which
    return null;
  }
}

async function readPublicKey(bytes: Uint8Array): Promise<CryptoKey | null> {
  if (bytes.length !== PUBLIC_KEY_BYTES || bytes[0] !== 0x04) return null;
  try {
    return await suite.kem.deserializePublicKey(exactBuffer(bytes));
  } catch {
    return null;
  }
}

/** A copy on memory of its own: a Node Buffer's `.buffer` is a shared pool. */
function exactBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
