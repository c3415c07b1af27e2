import pkcs11 from "pkcs11js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createNssToken, createSoftHsmToken } from "../../../../tests/support/tokens.ts";
import { wycheproof } from "../../../../tests/vectors/wycheproof.ts";
import type { KeyProvider } from "../domain/key-provider.ts";
import { gcmDecrypt, gcmEncrypt } from "./gcm-operations.ts";
import { openPkcs11KeyProvider } from "./pkcs11-key-provider.ts";
import { optionsOf } from "./test-tokens.ts";

const tokens = { SoftHSM: await createSoftHsmToken(), "NSS softokn": await createNssToken() };

/** What we use of GCM. A token need not open a lone tag: the adapter refuses it before asking. */
const vectors = wycheproof("aes_gcm_test")
  .filter((group) => group.keySize === 256 && group.ivSize === 96 && group.tagSize === 128)
  .flatMap((group) => group.tests)
  .filter((vector) => vector.ct.length > 0);

describe.each(Object.entries(tokens))("KEY-1 AES-256-GCM of %s", (_, token) => {
  let keys: KeyProvider;
  const api = new pkcs11.PKCS11();
  let session: Buffer;

  beforeAll(async () => {
    // the provider initialises the library and logs in; both are the process's
    keys = await openPkcs11KeyProvider(optionsOf(token));
    api.load(token.module);
    const slot = api
      .C_GetSlotList(true)
      .find((each) => api.C_GetTokenInfo(each).label.replaceAll("\0", "").trim() === token.label);
    if (slot === undefined) throw new Error("the test token is not in the slot list");
    session = api.C_OpenSession(slot, pkcs11.CKF_SERIAL_SESSION | pkcs11.CKF_RW_SESSION);
  });
  afterAll(async () => {
    await keys.close();
  });

  /** The product never brings a key onto a token; only a vector's key is known in clear. */
  const sessionKey = (value: Buffer): Buffer =>
    api.C_CreateObject(session, [
      { type: pkcs11.CKA_CLASS, value: pkcs11.CKO_SECRET_KEY },
      { type: pkcs11.CKA_KEY_TYPE, value: pkcs11.CKK_AES },
      { type: pkcs11.CKA_TOKEN, value: false },
      { type: pkcs11.CKA_VALUE, value },
      { type: pkcs11.CKA_ENCRYPT, value: true },
      { type: pkcs11.CKA_DECRYPT, value: true },
    ]);

  it("agrees with Wycheproof on every vector, good and bad", async () => {
    const wrong: string[] = [];
    for (const { tcId, comment, key, iv, aad, msg, ct, tag, result } of vectors) {
      const handle = sessionKey(key);
      const sealed = { iv, ciphertext: Buffer.concat([ct, tag]) };
      const opened = await gcmDecrypt({ api, session }, handle, sealed, aad).catch(() => null);
      const right = result === "valid" ? opened?.equals(msg) : opened === null;
      if (right !== true) wrong.push(`${tcId}: ${comment}`);
      api.C_DestroyObject(session, handle);
    }
    expect(wrong).toEqual([]);
    expect(vectors.length).toBeGreaterThan(55);
  });

  it("seals what Node opens, with the IV that it hands out", async () => {
    const { createDecipheriv } = await import("node:crypto");
    const key = Buffer.alloc(32, 5);
    const handle = sessionKey(key);
    const aad = Buffer.from("identity");
    const sealed = await gcmEncrypt({ api, session }, handle, Buffer.from("data key"), aad);
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.iv);
    decipher.setAAD(aad);
    decipher.setAuthTag(sealed.ciphertext.subarray(-16));
    const opened = Buffer.concat([
      decipher.update(sealed.ciphertext.subarray(0, -16)),
      decipher.final(),
    ]);
    expect(opened.toString()).toBe("data key");
  });
});
