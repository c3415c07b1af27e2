import { createCipheriv, createDecipheriv, createECDH, createHmac, type ECDH } from "node:crypto";

/*
 * For tests: RFC 9180 base mode for DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, written from the
 * text of the RFC on Node's own primitives, independent of the library that the product uses.
 */

const i2osp2 = (n: number) => Buffer.from([n >> 8, n & 255]);
const KEM_SUITE = Buffer.concat([Buffer.from("KEM"), i2osp2(0x0010)]);
const HPKE_SUITE = Buffer.concat([
  Buffer.from("HPKE"),
  i2osp2(0x0010),
  i2osp2(0x0001),
  i2osp2(0x0002),
]);

const hmac = (key: Uint8Array, data: Uint8Array) => createHmac("sha256", key).update(data).digest();

/** RFC 9180 section 4: LabeledExtract and LabeledExpand over RFC 5869. */
function labeledExtract(suite: Buffer, salt: Uint8Array, label: string, ikm: Uint8Array): Buffer {
  const labeled = Buffer.concat([Buffer.from("HPKE-v1"), suite, Buffer.from(label), ikm]);
  return hmac(salt.length === 0 ? Buffer.alloc(32) : salt, labeled);
}

function labeledExpand(
  suite: Buffer,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  sizeBytes: number,
): Buffer {
  const labeled = Buffer.concat([
    i2osp2(sizeBytes),
    Buffer.from("HPKE-v1"),
    suite,
    Buffer.from(label),
    info,
  ]);
  let block = Buffer.alloc(0);
  let okm = Buffer.alloc(0);
  for (let i = 1; okm.length < sizeBytes; i += 1) {
    block = hmac(prk, Buffer.concat([block, labeled, Buffer.from([i])]));
    okm = Buffer.concat([okm, block]);
  }
  return okm.subarray(0, sizeBytes);
}

/** Sections 4.1 (shared secret), 5.1 (key schedule, base mode): AEAD key and nonce of the first message. */
function schedule(dh: Buffer, enc: Buffer, pkR: Buffer, info: Uint8Array) {
  const none = Buffer.alloc(0);
  const eaePrk = labeledExtract(KEM_SUITE, none, "eae_prk", dh);
  const shared = labeledExpand(KEM_SUITE, eaePrk, "shared_secret", Buffer.concat([enc, pkR]), 32);
  const context = Buffer.concat([
    Buffer.from([0]),
    labeledExtract(HPKE_SUITE, none, "psk_id_hash", none),
    labeledExtract(HPKE_SUITE, none, "info_hash", info),
  ]);
  const secret = labeledExtract(HPKE_SUITE, shared, "secret", none);
  return {
    key: labeledExpand(HPKE_SUITE, secret, "key", context, 32),
    nonce: labeledExpand(HPKE_SUITE, secret, "base_nonce", context, 12),
  };
}

export function openByHand(
  recipient: ECDH,
  message: { readonly enc: Buffer; readonly ciphertext: Buffer },
  info: Uint8Array,
  aad: Uint8Array,
): Buffer {
  const dh = recipient.computeSecret(message.enc);
  const { key, nonce } = schedule(dh, message.enc, recipient.getPublicKey(), info);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce);
  decipher.setAAD(aad);
  decipher.setAuthTag(message.ciphertext.subarray(-16));
  return Buffer.concat([decipher.update(message.ciphertext.subarray(0, -16)), decipher.final()]);
}

export function sealByHand(
  recipientPublicKey: Buffer,
  plaintext: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
): { enc: Buffer; ciphertext: Buffer } {
  const ephemeral = createECDH("prime256v1");
  const enc = ephemeral.generateKeys();
  const { key, nonce } = schedule(
    ephemeral.computeSecret(recipientPublicKey),
    enc,
    recipientPublicKey,
    info,
  );
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(aad);
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return { enc, ciphertext: Buffer.concat([body, cipher.getAuthTag()]) };
}
