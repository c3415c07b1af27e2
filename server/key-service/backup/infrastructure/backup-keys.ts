import { createHash } from "node:crypto";
import { fromBase64url, toBase64url } from "@countersign/protocol/bytes";
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { BackupFault } from "../domain/backup-fault.ts";

/** RFC 9180: DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001, AES-256-GCM 0x0002; base mode. */
const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});
const INFO = new TextEncoder().encode("countersign/backup-key/v1").buffer;
const PUBLIC = "countersign-backup-";
const PRIVATE = "countersign-backup-private-";
const KEY_BYTES = 32;

/** X25519, 32 bytes. */
export type PublicKey = Uint8Array<ArrayBuffer>;
export type PrivateKey = { readonly publicKey: PublicKey; readonly key: CryptoKey };

/** A new pair, as it is written down. The private half is kept away from machines that make backups. */
export async function newBackupKey(): Promise<{
  readonly publicKey: string;
  readonly privateKey: string;
}> {
  const pair = await suite.kem.generateKeyPair();
  const publicKey = new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey));
  const privateKey = new Uint8Array(await suite.kem.serializePrivateKey(pair.privateKey));
  return {
    publicKey: `${PUBLIC}${toBase64url(publicKey)}`,
    privateKey: `${PRIVATE}${toBase64url(privateKey)}.${toBase64url(publicKey)}`,
  };
}

/** @throws BackupFault */
export function parsePublicKey(text: string): PublicKey {
  const key = text.startsWith(PUBLIC) ? keyBytes(text.slice(PUBLIC.length)) : null;
  if (key === null) {
    const isPrivate = text.startsWith(PRIVATE);
    throw new BackupFault(
      isPrivate
        ? "That is a private key. It has no business here."
        : `"${text}" is no public key of backups.`,
      `Give the line that begins with ${PUBLIC}, which \`secrets admin new-backup-key\` printed.`,
    );
  }
  return key;
}

/** @throws BackupFault that never shows the key */
export async function parsePrivateKey(text: string): Promise<PrivateKey> {
  const [own = "", other = ""] = text.trim().slice(PRIVATE.length).split(".");
  const [privateKey, publicKey] = [keyBytes(own), keyBytes(other)];
  if (!text.startsWith(PRIVATE) || privateKey === null || publicKey === null) {
    throw new BackupFault(
      "The file with the private key does not hold one.",
      `Give the file that \`secrets admin new-backup-key\` wrote; its line begins with ${PRIVATE}.`,
    );
  }
  return { publicKey, key: await suite.kem.deserializePrivateKey(privateKey.buffer) };
}

/** Names a key to people who have several: 16 hexadecimal digits. */
export function keyIdOf(key: PublicKey): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 16);
}

export async function sealFileKey(
  to: PublicKey,
  fileKey: Uint8Array,
): Promise<{ readonly enc: string; readonly sealed: string }> {
  const recipientPublicKey = await suite.kem.deserializePublicKey(to.buffer);
  const sender = await suite.createSenderContext({ recipientPublicKey, info: INFO });
  const sealed = await sender.seal(Uint8Array.from(fileKey));
  return {
    enc: Buffer.from(sender.enc).toString("base64"),
    sealed: Buffer.from(sealed).toString("base64"),
  };
}

/** Null where anything does not fit together. */
export async function openFileKey(
  { key }: PrivateKey,
  of: { readonly enc: string; readonly sealed: string },
): Promise<Buffer | null> {
  try {
    const enc = new Uint8Array(Buffer.from(of.enc, "base64")).buffer;
    const context = await suite.createRecipientContext({ recipientKey: key, enc, info: INFO });
    return Buffer.from(await context.open(Uint8Array.from(Buffer.from(of.sealed, "base64"))));
  } catch {
    return null;
  }
}

function keyBytes(text: string): PublicKey | null {
  const bytes = fromBase64url(text);
  return bytes?.length === KEY_BYTES ? Uint8Array.from(bytes) : null;
}
