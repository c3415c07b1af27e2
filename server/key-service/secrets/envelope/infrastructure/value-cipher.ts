import { createCipheriv, createDecipheriv, hkdfSync, timingSafeEqual } from "node:crypto";
import { Sensitive } from "../../../../kernel/sensitive.ts";
import { COMMITMENT_BYTES, TAG_BYTES } from "../domain/sealed-envelope.ts";

const VALUE_KEY = "countersign/envelope/v1/value-key\n";
const COMMITMENT = "countersign/envelope/v1/commitment\n";

/** What the value is bound to: 32-byte identity digest, 32-byte salt, 12-byte IV. */
export type ValueBinding = {
  readonly identity: Uint8Array;
  readonly salt: Uint8Array;
  readonly iv: Uint8Array;
};

export type EncryptedValue = { readonly ciphertext: Buffer; readonly commitment: Buffer };

/**
 * AES-256-GCM under a key derived from the data key, plus a commitment to that data key.
 *
 * GCM alone does not commit: a ciphertext can be made that opens under two keys, to two values
 * (Albertini et al., "How to Abuse and Fix Authenticated Encryption Without Key Commitment", USENIX
 * Security 2022). As proposed there, and done by the AWS Encryption SDK's committing suites, HKDF-SHA256
 * (RFC 5869) derives from the data key both the value's key and a 32-byte commitment, which is compared
 * before anything is decrypted. Identity and IV go into both, so that they are committed to as well.
 */
export function encryptValue(dek: Buffer, value: Buffer, binding: ValueBinding): EncryptedValue {
  const key = derive(dek, VALUE_KEY, binding);
  try {
    const cipher = createCipheriv("aes-256-gcm", key, binding.iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(binding.identity);
    const ciphertext = Buffer.concat([cipher.update(value), cipher.final(), cipher.getAuthTag()]);
    return { ciphertext, commitment: derive(dek, COMMITMENT, binding) };
  } finally {
    key.fill(0);
  }
}

/** The value's key, 32 bytes that the caller wipes; null where the data key is not the one committed to. */
export function deriveValueKey(
  dek: Buffer,
  commitment: Buffer,
  binding: ValueBinding,
): Buffer | null {
  const expected = derive(dek, COMMITMENT, binding);
  const isCommitted =
    commitment.length === COMMITMENT_BYTES && timingSafeEqual(expected, commitment);
  return isCommitted ? derive(dek, VALUE_KEY, binding) : null;
}

/** The value; null where key, identity, IV or ciphertext is not what it was sealed with. */
export function decryptValue(
  key: Buffer,
  ciphertext: Buffer,
  { identity, iv }: Pick<ValueBinding, "identity" | "iv">,
): Sensitive | null {
  let opened: Buffer | null = null;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(identity);
    decipher.setAuthTag(ciphertext.subarray(-TAG_BYTES));
    // GCM is a stream: the whole value comes from `update`, `final` only judges the tag
    opened = decipher.update(ciphertext.subarray(0, -TAG_BYTES));
    decipher.final();
    return new Sensitive(opened);
  } catch {
    return null;
  } finally {
    opened?.fill(0);
  }
}

function derive(dek: Buffer, label: string, { identity, salt, iv }: ValueBinding): Buffer {
  const info = Buffer.concat([Buffer.from(label), identity, iv]);
  return Buffer.from(hkdfSync("sha256", dek, salt, info, 32));
}
