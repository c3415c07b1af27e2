import { createECDH } from "node:crypto";
import { renameSync } from "node:fs";
import { inspect } from "node:util";
import pkcs11 from "pkcs11js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createNssToken, createSoftHsmToken } from "../../../../tests/support/tokens.ts";
import { serviceKeyLabel, tenantKekLabel } from "../domain/key-label.ts";
import { type KeyProvider, KeyProviderFault } from "../domain/key-provider.ts";
import { hasReason } from "../key-provider.contract.ts";
import { type Cryptoki, loadCryptoki } from "./cryptoki.ts";
import { CryptokiModule } from "./cryptoki-module.ts";
import { openOnModule, openPkcs11KeyProvider, type Pkcs11Options } from "./pkcs11-key-provider.ts";
import { optionsOf } from "./test-tokens.ts";

const softHsm = { name: "SoftHSM", options: optionsOf(await createSoftHsmToken("faults")) };
const nss = { name: "NSS softokn", options: optionsOf(await createNssToken()) };
const fickle = await createSoftHsmToken("comes-and-goes");
const bentToken = optionsOf(await createSoftHsmToken("bent"));

const kek = tenantKekLabel("acme", 1);
const aad = Buffer.from("identity");
const dek = Buffer.alloc(32, 3);

async function faultOf(act: () => Promise<unknown>): Promise<KeyProviderFault> {
  const fault = await act().then(
    () => null,
    (reason: unknown) => reason,
  );
  if (fault instanceof KeyProviderFault) return fault;
  throw new Error(`expected a KeyProviderFault, got ${inspect(fault)}`);
}

function expectNoPin(fault: unknown, pin: string): void {
  const everything = inspect(fault, { depth: 20, showHidden: true });
  expect(everything).not.toContain(pin);
}

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

describe("KEY-1 tokens that lock, hang or do not authenticate (a real token, bent)", () => {
  const openBent = async (
    bend: (real: Cryptoki) => Partial<Cryptoki>,
    options: Partial<Pkcs11Options> = {},
  ): Promise<KeyProvider> => {
    const real = loadCryptoki(bentToken.module);
    const api = Object.assign(loadCryptoki(bentToken.module), bend(real));
    const library = new CryptokiModule(api, { module: bentToken.module });
    library.addOwner();
    return await openOnModule(library, { ...bentToken, ...options });
  };
  const refuseLogin = () => {
    throw new Error("CKR_VENDOR_DEFINED");
  };

  it("a locked PIN is told from a wrong one by the token's flags, whatever its error code", async () => {
    const fault = await faultOf(
      async () =>
        await openBent((real) => ({
          C_Login: refuseLogin,
          C_GetTokenInfo: (slot) => ({
            ...real.C_GetTokenInfo(slot),
            flags: real.C_GetTokenInfo(slot).flags | pkcs11.CKF_USER_PIN_LOCKED,
          }),
        })),
    );
    expect(fault.reason).toBe("pin-locked");
    expect(fault.message).toMatch(
      /security officer must reset it.*the keys stay.*COUNTERSIGN_PKCS11_PIN_FILE/,
    );
    expectNoPin(fault, bentToken.pin);
  });

  it("the last try before a lock is announced", async () => {
    const fault = await faultOf(
      async () =>
        await openBent((real) => ({
          C_Login: refuseLogin,
          C_GetTokenInfo: (slot) => ({
            ...real.C_GetTokenInfo(slot),
            flags: real.C_GetTokenInfo(slot).flags | pkcs11.CKF_USER_PIN_FINAL_TRY,
          }),
        })),
    );
    expect(fault.reason).toBe("wrong-pin");
    expect(fault.message).toMatch(/ONE try is left/);
  });

  it("a token without a user PIN says so", async () => {
    const fault = await faultOf(
      async () =>
        await openBent((real) => ({
          C_Login: refuseLogin,
          C_GetTokenInfo: (slot) => ({
            ...real.C_GetTokenInfo(slot),
            flags: real.C_GetTokenInfo(slot).flags & ~pkcs11.CKF_USER_PIN_INITIALIZED,
          }),
        })),
    );
    expect(fault.reason).toBe("no-such-token");
    expect(fault.message).toMatch(/no user PIN yet.*COUNTERSIGN_PKCS11_PIN_FILE/);
  });

  it("a PIN refused on reconnection is tried once only, so that the token does not lock", async () => {
    let logins = 0;
    let refusing = false;
    let sessionsShownLoggedOut = false;
    const keys = await openBent((real) => ({
      C_Login: (session, user, pin) => {
        logins += 1;
        if (refusing) refuseLogin();
        real.C_Login(session, user, pin);
      },
      C_GetSessionInfo: (session) => ({
        ...real.C_GetSessionInfo(session),
        state: sessionsShownLoggedOut ? 2 : real.C_GetSessionInfo(session).state,
      }),
    }));
    expect(logins).toBe(1);
    refusing = true;
    sessionsShownLoggedOut = true;
    for (let n = 0; n < 5; n += 1) {
      expect((await faultOf(async () => await keys.has(kek))).reason).toBe("wrong-pin");
    }
    expect(logins).toBe(2);
    await keys.close();
  });

  it("a call that hangs is given up on time, and its session is not lent to anybody else", async () => {
    let hang = false;
    let finish: (() => void) | undefined;
    const hungSessions: string[] = [];
    const keys = await openBent(
      (real) => ({
        C_SignAsync: async (session, input, output) => {
          if (hang) {
            hungSessions.push(session.toString("hex"));
            await new Promise<void>((resolve) => {
              finish = resolve;
            });
          } else expect(hungSessions).not.toContain(session.toString("hex"));
          return await real.C_SignAsync(session, input, output);
        },
      }),
      { maxSessions: 2, operationTimeoutMs: 1500 },
    );
    const label = serviceKeyLabel("log", 7);
    await keys.generateSigningKey(label);
    hang = true;
    const fault = await faultOf(async () => await keys.sign(label, dek));
    expect(fault.reason).toBe("unavailable");
    expect(fault.message).toMatch(/no answer within 1500 ms/);
    hang = false;
    expect(await keys.sign(label, dek)).toHaveLength(64);
    expect(hungSessions).toHaveLength(1);
    finish?.();
    await keys.destroy(label);
    await keys.close();
  });

  it.each([
    ["the tag", (c: Buffer) => c.subarray(0, -1)],
    ["context and IV", (c: Buffer) => c],
  ])("a token that ignores %s is refused at start", async (_, keep) => {
    // decrypts whatever it is given, by remembering what it encrypted
    const seen = new Map<string, Buffer>();
    const fault = await faultOf(
      async () =>
        await openBent((real) => ({
          C_EncryptAsync: async (session, input, output) => {
            const written = await real.C_EncryptAsync(session, input, output);
            seen.set(keep(Buffer.from(written)).toString("hex"), Buffer.from(input));
            return written;
          },
          C_DecryptAsync: async (session, input, output) => {
            const remembered = seen.get(keep(input).toString("hex"));
            return await real.C_DecryptAsync(session, input, output).catch((refusal: unknown) => {
              if (remembered === undefined) throw refusal;
              return remembered;
            });
          },
        })),
    );
    expect(fault.reason).toBe("refused");
    expect(fault.message).toMatch(/does not do AES-256-GCM as needed/);
  });

  it("a token that chooses its own IV is served, and its IV is the one handed out", async () => {
    // stands for HSMs that overwrite the IV while they encrypt: here it is done just before
    const chosen: Buffer[] = [];
    const keys = await openBent((real) => ({
      C_EncryptInit: (session, mechanism, key) => {
        const parameter = mechanism.parameter;
        if (typeof parameter === "object" && "iv" in parameter && Buffer.isBuffer(parameter.iv)) {
          real.C_GenerateRandom(session, parameter.iv);
          chosen.push(Buffer.from(parameter.iv));
        }
        real.C_EncryptInit(session, mechanism, key);
      },
    }));
    expect(keys.capabilities.ivChosenByToken).toBe(true);
    const label = tenantKekLabel("iv", 1);
    await keys.generateEncryptionKey(label);
    const sealed = await keys.encrypt(label, dek, aad);
    expect(sealed.iv).toEqual(chosen.at(-1));
    expect(await keys.decrypt(label, sealed, aad)).toEqual(dek);
    await keys.destroy(label);
    await keys.close();
  });

  it("the error codes of a token are not depended upon: any code of a failed decryption reads the same", async () => {
    const keys = await openBent((real) => ({
      C_DecryptAsync: async (session, input, output) =>
        await real.C_DecryptAsync(session, input, output).catch(() => {
          throw new Error("CKR_HOST_MEMORY:2");
        }),
    }));
    const label = tenantKekLabel("codes", 1);
    await keys.generateEncryptionKey(label);
    const sealed = await keys.encrypt(label, dek, aad);
    await expect(keys.decrypt(label, sealed, Buffer.from("other"))).rejects.toSatisfy(
      hasReason("not-authentic"),
    );
    await keys.destroy(label);
    await keys.close();
  });

  it("a key that no longer opens what it seals is the token's refusal, not the input's", async () => {
    let broken = false;
    const keys = await openBent((real) => ({
      C_DecryptAsync: async (session, input, output) => {
        if (broken) throw new Error("CKR_FUNCTION_FAILED:6");
        return await real.C_DecryptAsync(session, input, output);
      },
    }));
    const label = tenantKekLabel("broken", 1);
    await keys.generateEncryptionKey(label);
    const sealed = await keys.encrypt(label, dek, aad);
    broken = true;
    await expect(keys.decrypt(label, sealed, aad)).rejects.toSatisfy(hasReason("refused"));
    broken = false;
    await keys.destroy(label);
    await keys.close();
  });

  it("a public key that does not belong to its private key is not handed out", async () => {
    const other = createECDH("prime256v1").generateKeys();
    let swapped = false;
    const keys = await openBent((real) => ({
      C_GetAttributeValue: (session, object, template) => {
        const read = real.C_GetAttributeValue(session, object, template);
        if (!swapped || template[0]?.type !== pkcs11.CKA_EC_POINT) return read;
        return [{ type: pkcs11.CKA_EC_POINT, value: Buffer.concat([Buffer.from([4, 65]), other]) }];
      },
    }));
    const label = serviceKeyLabel("log", 8);
    await keys.generateSigningKey(label);
    expect(await keys.publicKey(label)).toHaveLength(91);
    swapped = true;
    await expect(keys.publicKey(label)).rejects.toSatisfy(hasReason("refused"));
    await keys.destroy(label);
    await keys.close();
  });
});
