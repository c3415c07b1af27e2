import { createCipheriv, createDecipheriv } from "node:crypto";
import pkcs11 from "pkcs11js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createNssToken,
  createSoftHsmToken,
  type TestToken,
} from "../../../../tests/support/tokens.ts";
import { lintKeys, refusesToServe } from "../domain/attribute-linter.ts";
import { serviceKeyLabel, tenantKekLabel } from "../domain/key-label.ts";
import type { KeyProvider } from "../domain/key-provider.ts";
import { openPkcs11KeyProvider } from "./pkcs11-key-provider.ts";
import { optionsOf } from "./test-tokens.ts";

const kek = tenantKekLabel("acme", 1);

/** Puts a key on the token as somebody with the PIN and the vendor's tool could. */
function plant(
  api: pkcs11.PKCS11,
  session: Buffer,
  attributes: Record<number, boolean | number | string | Buffer>,
) {
  return api.C_CreateObject(
    session,
    Object.entries({
      [pkcs11.CKA_CLASS]: pkcs11.CKO_SECRET_KEY,
      [pkcs11.CKA_KEY_TYPE]: pkcs11.CKK_AES,
      [pkcs11.CKA_TOKEN]: true,
      [pkcs11.CKA_PRIVATE]: true,
      [pkcs11.CKA_SENSITIVE]: true,
      [pkcs11.CKA_EXTRACTABLE]: false,
      [pkcs11.CKA_ENCRYPT]: true,
      [pkcs11.CKA_DECRYPT]: true,
      ...attributes,
    }).map(([type, value]) => ({ type: Number(type), value })),
  );
}

/** A session of ours beside the provider's; the login is the process's. */
function rawSession(token: TestToken): { api: pkcs11.PKCS11; session: Buffer } {
  const api = new pkcs11.PKCS11();
  api.load(token.module);
  const slot = api
    .C_GetSlotList(true)
    .find((each) => api.C_GetTokenInfo(each).label.replaceAll("\0", "").trim() === token.label);
  if (slot === undefined) throw new Error("the test token is not in the slot list");
  return {
    api,
    session: api.C_OpenSession(slot, pkcs11.CKF_SERIAL_SESSION | pkcs11.CKF_RW_SESSION),
  };
}

const softHsm = await createSoftHsmToken();
const nss = await createNssToken();

describe.each([
  { name: "SoftHSM", token: softHsm, wrapsOut: false },
  // softokn 3.87 does not look at CKA_EXTRACTABLE when it wraps: fit for tests of portability only
  { name: "NSS softokn", token: nss, wrapsOut: true },
])("KEY-1 on a real $name token", ({ token, wrapsOut }) => {
  let keys: KeyProvider;
  let raw: ReturnType<typeof rawSession>;
  beforeAll(async () => {
    keys = await openPkcs11KeyProvider(optionsOf(token));
    await keys.generateEncryptionKey(kek);
    await keys.generateSigningKey(serviceKeyLabel("log", 1));
    raw = rawSession(token);
  });
  afterAll(async () => {
    await keys.close();
  });

  const handleOf = (label: string, keyClass: number): Buffer => {
    raw.api.C_FindObjectsInit(raw.session, [
      { type: pkcs11.CKA_LABEL, value: label },
      { type: pkcs11.CKA_CLASS, value: keyClass },
    ]);
    const [found] = raw.api.C_FindObjects(raw.session, 1);
    raw.api.C_FindObjectsFinal(raw.session);
    if (found === undefined) throw new Error(`no ${label}`);
    return found;
  };

  it("keys that this service makes pass the linter", async () => {
    expect(lintKeys(await keys.inventory())).toEqual([]);
  });

  it.each<[string, Record<number, boolean | number | string | Buffer>, RegExp]>([
    ["may wrap", { [pkcs11.CKA_WRAP]: true }, /is allowed to wrap/],
    ["is extractable", { [pkcs11.CKA_EXTRACTABLE]: true }, /is extractable/],
    ["is readable", { [pkcs11.CKA_SENSITIVE]: false }, /is not (always )?sensitive/],
    ["has 128 bits", { [pkcs11.CKA_VALUE]: Buffer.alloc(16, 1) }, /is not AES-256/],
  ])("a planted tenant key that %s keeps the service from serving", async (_, attributes, said) => {
    const planted = plant(raw.api, raw.session, {
      [pkcs11.CKA_LABEL]: "kek/planted/v1",
      [pkcs11.CKA_VALUE]: Buffer.alloc(32, 1),
      ...attributes,
    });
    const violations = lintKeys(await keys.inventory());
    raw.api.C_DestroyObject(raw.session, planted);
    expect(refusesToServe(violations)).toBe(true);
    expect(violations.map((violation) => violation.sentence).join("\n")).toMatch(said);
    expect(violations.every((violation) => violation.label === "kek/planted/v1")).toBe(true);
    expect(lintKeys(await keys.inventory())).toEqual([]);
  });

  it("a second key of a tenant's name keeps the service from serving, and is never used", async () => {
    const planted = plant(raw.api, raw.session, {
      [pkcs11.CKA_LABEL]: kek,
      [pkcs11.CKA_VALUE]: Buffer.alloc(32, 2),
    });
    const violations = lintKeys(await keys.inventory());
    raw.api.C_DestroyObject(raw.session, planted);
    expect(violations.map((violation) => violation.sentence).join("\n")).toMatch(
      /names 2 secret keys/,
    );
  });

  it("neither value of a key can be read by somebody with the PIN", () => {
    for (const [label, keyClass] of [
      [kek, pkcs11.CKO_SECRET_KEY],
      ["log/v1", pkcs11.CKO_PRIVATE_KEY],
    ] as const) {
      const handle = handleOf(label, keyClass);
      expect(() =>
        raw.api.C_GetAttributeValue(raw.session, handle, [{ type: pkcs11.CKA_VALUE }]),
      ).toThrow();
    }
  });

  it.each([
    ["extractable", pkcs11.CKA_EXTRACTABLE, true],
    ["not sensitive", pkcs11.CKA_SENSITIVE, false],
    ["a wrapping key", pkcs11.CKA_WRAP, true],
    ["an unwrapping key", pkcs11.CKA_UNWRAP, true],
    ["modifiable", pkcs11.CKA_MODIFIABLE, true],
  ] as const)("a tenant's key cannot be made %s afterwards", (_, type, value) => {
    expect(() =>
      raw.api.C_SetAttributeValue(raw.session, handleOf(kek, pkcs11.CKO_SECRET_KEY), [
        { type, value },
      ]),
    ).toThrow();
  });

  it("a copy of a tenant's key with wider usages is refused, or still cannot leave the token", async () => {
    let copy: Buffer | null = null;
    try {
      copy = raw.api.C_CopyObject(raw.session, handleOf(kek, pkcs11.CKO_SECRET_KEY), [
        { type: pkcs11.CKA_TOKEN, value: true },
        { type: pkcs11.CKA_LABEL, value: "kek/copied/v1" },
        { type: pkcs11.CKA_ID, value: Buffer.from("kek/copied/v1") },
        { type: pkcs11.CKA_EXTRACTABLE, value: true },
        { type: pkcs11.CKA_WRAP, value: true },
      ]);
    } catch {
      expect(copy).toBeNull();
      return;
    }
    // a token that copies must at least be caught by the linter
    const violations = lintKeys(await keys.inventory());
    raw.api.C_DestroyObject(raw.session, copy);
    expect(refusesToServe(violations)).toBe(true);
  });

  it("a token that wraps out what is not extractable is known as such from the start", () => {
    expect(keys.capabilities.keepsKeysInside).toBe(!wrapsOut);
  });

  describe("wrap-then-decrypt (the attack that a key with both usages allows)", () => {
    /** RFC 3394 unwrapping by hand, block by block, with the wrapping key's own C_Decrypt. */
    const unwrapByHand = (wrappingKey: Buffer, wrapped: Buffer): Buffer => {
      let check = Buffer.from(wrapped.subarray(0, 8));
      const blocks = Array.from({ length: 4 }, (_, i) => wrapped.subarray(8 + 8 * i, 16 + 8 * i));
      for (let round = 5; round >= 0; round -= 1) {
        for (let i = 3; i >= 0; i -= 1) {
          const counted = Buffer.from(check);
          counted[7] = (counted[7] ?? 0) ^ (4 * round + i + 1);
          raw.api.C_DecryptInit(raw.session, { mechanism: pkcs11.CKM_AES_ECB }, wrappingKey);
          const opened = Buffer.from(
            raw.api.C_Decrypt(
              raw.session,
              Buffer.concat([counted, blocks[i] ?? Buffer.alloc(8)]),
              Buffer.alloc(32),
            ),
          );
          check = opened.subarray(0, 8);
          blocks[i] = opened.subarray(8, 16);
        }
      }
      return Buffer.concat(blocks);
    };
    const secret = Buffer.alloc(32, 0x42);
    const sessionKey = (attributes: Record<number, boolean | Buffer>): Buffer =>
      plant(raw.api, raw.session, { [pkcs11.CKA_TOKEN]: false, ...attributes });

    it("works against a key that may wrap and decrypt: the test can fail", () => {
      const careless = sessionKey({
        [pkcs11.CKA_VALUE]: Buffer.alloc(32, 7),
        [pkcs11.CKA_WRAP]: true,
      });
      const victim = sessionKey({ [pkcs11.CKA_VALUE]: secret, [pkcs11.CKA_EXTRACTABLE]: true });
      const wrapped = Buffer.from(
        raw.api.C_WrapKey(
          raw.session,
          { mechanism: pkcs11.CKM_AES_KEY_WRAP },
          careless,
          victim,
          Buffer.alloc(64),
        ),
      );
      expect(unwrapByHand(careless, wrapped)).toEqual(secret);
    });

    it("is impossible with this service's keys: they wrap nothing, and nothing wraps them", () => {
      const ours = handleOf(kek, pkcs11.CKO_SECRET_KEY);
      const victim = sessionKey({ [pkcs11.CKA_VALUE]: secret, [pkcs11.CKA_EXTRACTABLE]: true });
      const wrapper = sessionKey({
        [pkcs11.CKA_VALUE]: Buffer.alloc(32, 7),
        [pkcs11.CKA_WRAP]: true,
      });
      for (const mechanism of [pkcs11.CKM_AES_KEY_WRAP, pkcs11.CKM_AES_KEY_WRAP_PAD]) {
        const wrap = (by: Buffer, what: Buffer) => () =>
          raw.api.C_WrapKey(raw.session, { mechanism }, by, what, Buffer.alloc(128));
        expect(wrap(ours, victim)).toThrow();
        if (wrapsOut) continue;
        expect(wrap(wrapper, ours)).toThrow();
        expect(wrap(wrapper, handleOf("log/v1", pkcs11.CKO_PRIVATE_KEY))).toThrow();
      }
      // the same wrapper does wrap what may be wrapped: it is our key that refuses
      expect(
        raw.api.C_WrapKey(
          raw.session,
          { mechanism: pkcs11.CKM_AES_KEY_WRAP },
          wrapper,
          victim,
          Buffer.alloc(64),
        ),
      ).toHaveLength(40);
    });

    it("cannot be turned round either: our key unwraps no key of known value onto the token", () => {
      const known = Buffer.alloc(32, 9);
      const cipher = createCipheriv("id-aes256-wrap", known, Buffer.alloc(8, 0xa6));
      const wrapped = Buffer.concat([cipher.update(secret), cipher.final()]);
      const decipher = createDecipheriv("id-aes256-wrap", known, Buffer.alloc(8, 0xa6));
      expect(Buffer.concat([decipher.update(wrapped), decipher.final()])).toEqual(secret);
      expect(() =>
        raw.api.C_UnwrapKey(
          raw.session,
          { mechanism: pkcs11.CKM_AES_KEY_WRAP },
          handleOf(kek, pkcs11.CKO_SECRET_KEY),
          wrapped,
          [
            { type: pkcs11.CKA_CLASS, value: pkcs11.CKO_SECRET_KEY },
            { type: pkcs11.CKA_KEY_TYPE, value: pkcs11.CKK_AES },
            { type: pkcs11.CKA_TOKEN, value: false },
          ],
        ),
      ).toThrow();
    });
  });
});
