import pkcs11 from "pkcs11js";
import type { SealedByKey } from "../domain/key-provider.ts";
import type { Handle } from "./cryptoki.ts";
import { tolerate } from "./cryptoki-module.ts";
import { gcmMechanism, IV_SIZE_BYTES } from "./gcm-mechanism.ts";
import { gcmDecrypt, gcmEncrypt } from "./gcm-operations.ts";
import type { Lease } from "./token-session.ts";

export type GcmProof =
  | { readonly authenticates: true; readonly ivChosenByToken: boolean }
  | { readonly authenticates: false; readonly why: string };

/**
 * Tries AES-GCM on a session key that dies with this call: opens what it sealed, and refuses a changed
 * tag, a changed context and a changed IV. Some tokens accept the mechanism and ignore its context.
 */
export async function provesGcm(lease: Pick<Lease, "api" | "session">): Promise<GcmProof> {
  const { api, session } = lease;
  const key = await sessionKey(lease, { encrypt: true, wrap: false });
  try {
    const plaintext = Buffer.alloc(32, 7);
    const aad = Buffer.from("self-test");
    const sealed = await gcmEncrypt(lease, key, plaintext, aad);
    const again = await gcmEncrypt(lease, key, plaintext, aad);
    if (sealed.iv.equals(again.iv)) return { authenticates: false, why: "it repeats an IV" };
    const opened = await gcmDecrypt(lease, key, sealed, aad);
    if (!opened.equals(plaintext)) return { authenticates: false, why: "it does not open its own" };
    const forgeries: [string, SealedByKey, Buffer][] = [
      ["a changed tag", { ...sealed, ciphertext: flipLast(sealed.ciphertext) }, aad],
      ["a changed context", sealed, Buffer.from("self-tesu")],
      ["a changed IV", { ...sealed, iv: flipLast(sealed.iv) }, aad],
    ];
    for (const [what, forged, context] of forgeries) {
      const accepted = await gcmDecrypt(lease, key, forged, context).then(
        () => true,
        () => false,
      );
      if (accepted) return { authenticates: false, why: `it accepts ${what}` };
    }
    return { authenticates: true, ivChosenByToken: await choosesIv(lease, key) };
  } finally {
    tolerate(() => api.C_DestroyObject(session, key));
  }
}

/** Whether an IV that we name is replaced by the token. */
async function choosesIv(lease: Pick<Lease, "api" | "session">, key: Handle): Promise<boolean> {
  const { api, session } = lease;
  const named = Buffer.alloc(IV_SIZE_BYTES, 0xa5);
  const context = Buffer.from("self-test-iv");
  const input = Buffer.alloc(16);
  api.C_EncryptInit(session, gcmMechanism(named, context), key);
  await api.C_EncryptAsync(session, input, Buffer.alloc(64));
  const kept = named.every((byte) => byte === 0xa5);
  input.fill(0);
  context.fill(0);
  return !kept;
}

function flipLast(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
  return copy;
}

/**
 * Whether the token really keeps a key inside that is not extractable: some software tokens (NSS
 * softokn 3.87) wrap such a key out for anybody who is logged in. Tried with session keys.
 */
export async function keepsKeysInside(lease: Pick<Lease, "api" | "session">): Promise<boolean> {
  const { api, session } = lease;
  const made: Handle[] = [];
  try {
    const victim = await sessionKey(lease, { encrypt: true, wrap: false });
    made.push(victim);
    const wrapper = await sessionKey(lease, { encrypt: false, wrap: true });
    made.push(wrapper);
    return !tolerate(() =>
      api.C_WrapKey(
        session,
        { mechanism: pkcs11.CKM_AES_KEY_WRAP },
        wrapper,
        victim,
        Buffer.alloc(64),
      ),
    );
  } finally {
    for (const key of made) tolerate(() => api.C_DestroyObject(session, key));
  }
}

async function sessionKey(
  { api, session }: Pick<Lease, "api" | "session">,
  usage: { readonly encrypt: boolean; readonly wrap: boolean },
): Promise<Handle> {
  return await api.C_GenerateKeyAsync(session, { mechanism: pkcs11.CKM_AES_KEY_GEN }, [
    { type: pkcs11.CKA_CLASS, value: pkcs11.CKO_SECRET_KEY },
    { type: pkcs11.CKA_KEY_TYPE, value: pkcs11.CKK_AES },
    { type: pkcs11.CKA_VALUE_LEN, value: 32 },
    { type: pkcs11.CKA_TOKEN, value: false },
    { type: pkcs11.CKA_SENSITIVE, value: true },
    { type: pkcs11.CKA_EXTRACTABLE, value: false },
    { type: pkcs11.CKA_ENCRYPT, value: usage.encrypt },
    { type: pkcs11.CKA_DECRYPT, value: usage.encrypt },
    { type: pkcs11.CKA_WRAP, value: usage.wrap },
    { type: pkcs11.CKA_UNWRAP, value: false },
  ]);
}
