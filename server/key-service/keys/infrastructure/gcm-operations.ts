import type { SealedByKey } from "../domain/key-provider.ts";
import type { Handle } from "./cryptoki.ts";
import { gcmMechanism, IV_SIZE_BYTES, TAG_SIZE_BYTES } from "./gcm-mechanism.ts";
import type { Lease } from "./token-session.ts";

/**
 * Encrypts with a fresh IV from the token. pkcs11js hands the token bare pointers into these buffers,
 * so each is touched again after the await: that keeps it from being collected, and wipes the copy of
 * the plaintext.
 */
export async function gcmEncrypt(
  lease: Pick<Lease, "api" | "session">,
  key: Handle,
  plaintext: Uint8Array,
  aad: Uint8Array,
): Promise<SealedByKey> {
  const { api, session } = lease;
  const iv = api.C_GenerateRandom(session, Buffer.alloc(IV_SIZE_BYTES));
  const input = Buffer.from(plaintext);
  const context = Buffer.from(aad);
  try {
    api.C_EncryptInit(session, gcmMechanism(iv, context), key);
    // some tokens put the IV at the end as well: leave room, then refuse what is not tag-sized
    const output = Buffer.alloc(input.length + TAG_SIZE_BYTES + IV_SIZE_BYTES);
    const written = await api.C_EncryptAsync(session, input, output);
    if (written.length !== input.length + TAG_SIZE_BYTES) {
      throw new Error(`it wrote ${written.length} bytes for ${input.length}`);
    }
    return { iv: Buffer.from(iv), ciphertext: Buffer.from(written) };
  } finally {
    input.fill(0);
    context.fill(0);
  }
}

/** @throws the token's raw error where the parts do not belong together, or for its own reasons. */
export async function gcmDecrypt(
  lease: Pick<Lease, "api" | "session">,
  key: Handle,
  sealed: SealedByKey,
  aad: Uint8Array,
): Promise<Buffer> {
  const { api, session } = lease;
  const iv = Buffer.from(sealed.iv);
  const input = Buffer.from(sealed.ciphertext);
  const context = Buffer.from(aad);
  // a token may want room for the tag while it works
  const output = Buffer.alloc(input.length);
  try {
    api.C_DecryptInit(session, gcmMechanism(iv, context), key);
    const written = await api.C_DecryptAsync(session, input, output);
    if (written.length !== input.length - TAG_SIZE_BYTES) {
      throw new Error(`it wrote ${written.length} bytes for ${input.length}`);
    }
    return Buffer.from(written);
  } finally {
    output.fill(0);
    input.fill(0);
    context.fill(0);
    iv.fill(0);
  }
}
