import { renameSync } from "node:fs";
import pkcs11 from "pkcs11js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createNssToken, createSoftHsmToken } from "../../../../tests/support/tokens.ts";
import { serviceKeyLabel, tenantKekLabel } from "../domain/key-label.ts";
import type { KeyProvider } from "../domain/key-provider.ts";
import { loadCryptoki } from "./cryptoki.ts";
import { expectNoPin, faultOf } from "./fault-expectations.ts";
import { openPkcs11KeyProvider } from "./pkcs11-key-provider.ts";
import { optionsOf } from "./test-tokens.ts";

const softHsm = { name: "SoftHSM", options: optionsOf(await createSoftHsmToken("faults")) };
const nss = { name: "NSS softokn", options: optionsOf(await createNssToken()) };
const fickle = await createSoftHsmToken("comes-and-goes");

const kek = tenantKekLabel("acme", 1);
const aad = Buffer.from("identity");
const dek = Buffer.alloc(32, 3);

describe("KEY-1 a token that cannot be used says why and what to do", () => {
  it.each([softHsm, nss])("a wrong PIN on $name is named, without the PIN", async (token) => {
    const pin = "not-the-pin-8151";
    const fault = await faultOf(async () => await openPkcs11KeyProvider({ ...token.options, pin }));
    expect(fault.reason).toBe("wrong-pin");
    expect(fault.message).toMatch(/user PIN into the file that COUNTERSIGN_PKCS11_PIN_FILE names/);
    expectNoPin(fault, pin);
    // the refusal leaves nothing behind that hinders the right PIN
    const keys = await openPkcs11KeyProvider(token.options);
    expectNoPin(keys, token.options.pin);
    await keys.close();
  });

  it("a module file that is missing is named with its path", async () => {
    const fault = await faultOf(
      async () => await openPkcs11KeyProvider({ ...softHsm.options, module: "/nowhere/lib.so" }),
    );
    expect(fault.reason).toBe("unavailable");
    expect(fault.message).toMatch(/\/nowhere\/lib\.so cannot be loaded.*apt-get install softhsm2/);
    expectNoPin(fault, softHsm.options.pin);
  });

  it("a file that is no PKCS#11 module is refused", async () => {
    for (const module of ["/etc/hostname", "/lib/x86_64-linux-gnu/libm.so.6"]) {
      const fault = await faultOf(
        async () => await openPkcs11KeyProvider({ ...softHsm.options, module }),
      );
      expect(fault.reason).toBe("unavailable");
      expect(fault.message).toContain(`${module} cannot be loaded`);
    }
  });

  it("a token that is not there is named beside those that are, and SOFTHSM2_CONF is mentioned", async () => {
    const fault = await faultOf(
      async () => await openPkcs11KeyProvider({ ...softHsm.options, tokenLabel: "absent" }),
    );
    expect(fault.reason).toBe("no-such-token");
    expect(fault.message).toMatch(
      /no token is labelled "absent".*present: [^)]*"faults".*COUNTERSIGN_PKCS11_TOKEN.*SOFTHSM2_CONF/,
    );
  });

  it.each([
    ["names a missing file", "/nowhere/softhsm2.conf"],
    ["is unset", undefined],
  ])("where SOFTHSM2_CONF %s, the message says what to set", async (_, value) => {
    const right = process.env.SOFTHSM2_CONF;
    if (value === undefined) delete process.env.SOFTHSM2_CONF;
    else process.env.SOFTHSM2_CONF = value;
    try {
      const fault = await faultOf(async () => await openPkcs11KeyProvider(softHsm.options));
      // unset: SoftHSM falls back to a system-wide file, which may exist, without our token in it
      expect(["unavailable", "no-such-token"]).toContain(fault.reason);
      expect(fault.message).toContain("SOFTHSM2_CONF");
    } finally {
      process.env.SOFTHSM2_CONF = right;
    }
    const keys = await openPkcs11KeyProvider(softHsm.options);
    await keys.close();
  });

  it("one module with two sets of parameters in one process is refused", async () => {
    const keys = await openPkcs11KeyProvider(nss.options);
    const fault = await faultOf(
      async () => await openPkcs11KeyProvider({ ...nss.options, initParameters: "configdir='x'" }),
    );
    expect(fault.reason).toBe("refused");
    await keys.close();
  });
});

describe("KEY-1 a token that goes away comes back without a restart", () => {
  const options = optionsOf(fickle);
  const tokens = fickle.storageDir;
  const away = `${tokens}-away`;
  let keys: KeyProvider;
  beforeAll(async () => {
    keys = await openPkcs11KeyProvider(options);
    await keys.generateEncryptionKey(kek);
    await keys.generateSigningKey(serviceKeyLabel("log", 1));
  });
  afterAll(async () => {
    await keys.close();
  });

  it("operations on a token that is gone fail as unavailable, never as a missing key", async () => {
    const sealed = await keys.encrypt(kek, dek, aad);
    renameSync(tokens, away);
    try {
      for (const act of [
        async () => await keys.decrypt(kek, sealed, aad),
        async () => await keys.encrypt(kek, dek, aad),
        async () => await keys.has(kek),
        async () => await keys.has(tenantKekLabel("new", 1)),
        async () => await keys.inventory(),
        async () => await keys.generateEncryptionKey(tenantKekLabel("new", 1)),
        async () => await keys.destroy(kek),
      ]) {
        const fault = await faultOf(act);
        expect(["unavailable", "no-such-token"]).toContain(fault.reason);
        expectNoPin(fault, options.pin);
      }
    } finally {
      renameSync(away, tokens);
    }
    expect(await keys.decrypt(kek, sealed, aad)).toEqual(dek);
    expect(await keys.has(tenantKekLabel("new", 1))).toBe(false);
  });

  it("a token that was away between two uses is picked up within the second use", async () => {
    const sealed = await keys.encrypt(kek, dek, aad);
    renameSync(tokens, away);
    await faultOf(async () => await keys.has(tenantKekLabel("other", 1)));
    renameSync(away, tokens);
    const all = await Promise.all(
      Array.from({ length: 40 }, async () => await keys.decrypt(kek, sealed, aad)),
    );
    expect(all.every((each) => each.equals(dek))).toBe(true);
  });

  it("another part of the process that finalises the library is survived, also under load", async () => {
    const sealed = await keys.encrypt(kek, dek, aad);
    const rogue = loadCryptoki(options.module);
    rogue.C_Finalize();
    const opened = await Promise.all(
      Array.from({ length: 40 }, async () => await keys.decrypt(kek, sealed, aad)),
    );
    expect(opened.every((each) => each.equals(dek))).toBe(true);
  });

  it("a logout behind our back is followed by a new login", async () => {
    const sealed = await keys.encrypt(kek, dek, aad);
    const rogue = new pkcs11.PKCS11();
    rogue.load(options.module);
    const slot = rogue
      .C_GetSlotList(true)
      .find((each) => rogue.C_GetTokenInfo(each).label.startsWith("comes-and-goes"));
    if (slot === undefined) throw new Error("the test token is not in the slot list");
    const session = rogue.C_OpenSession(slot, pkcs11.CKF_SERIAL_SESSION);
    rogue.C_Logout(session);
    expect(await keys.decrypt(kek, sealed, aad)).toEqual(dek);
    rogue.C_Logout(session);
    expect(await keys.has(kek)).toBe(true);
    rogue.C_CloseSession(session);
  });

  it("a key destroyed by another program is a missing key, and a new one of its name is found", async () => {
    const label = tenantKekLabel("elsewhere", 1);
    await keys.generateEncryptionKey(label);
    const sealed = await keys.encrypt(label, dek, aad);
    const other = await openPkcs11KeyProvider(options);
    await other.destroy(label);
    expect((await faultOf(async () => await keys.decrypt(label, sealed, aad))).reason).toBe(
      "no-such-key",
    );
    await other.generateEncryptionKey(label);
    const anew = await keys.encrypt(label, dek, aad);
    expect(await other.decrypt(label, anew, aad)).toEqual(dek);
    await other.close();
  });

  it("two keys of one name are refused rather than chosen between", async () => {
    const label = tenantKekLabel("twice", 1);
    await keys.generateEncryptionKey(label);
    const api = loadCryptoki(options.module);
    const slot = api
      .C_GetSlotList(true)
      .find((each) => api.C_GetTokenInfo(each).label.startsWith("comes-and-goes"));
    if (slot === undefined) throw new Error("the test token is not in the slot list");
    const session = api.C_OpenSession(slot, pkcs11.CKF_SERIAL_SESSION | pkcs11.CKF_RW_SESSION);
    await api.C_GenerateKeyAsync(session, { mechanism: pkcs11.CKM_AES_KEY_GEN }, [
      { type: pkcs11.CKA_CLASS, value: pkcs11.CKO_SECRET_KEY },
      { type: pkcs11.CKA_VALUE_LEN, value: 32 },
      { type: pkcs11.CKA_TOKEN, value: true },
      { type: pkcs11.CKA_LABEL, value: label },
    ]);
    api.C_CloseSession(session);
    const fault = await faultOf(async () => await keys.encrypt(label, dek, aad));
    expect(fault.reason).toBe("refused");
    expect(fault.message).toContain("two secret keys");
    await keys.destroy(label);
  });
});
