import { createECDH } from "node:crypto";
import pkcs11 from "pkcs11js";
import { describe, expect, it } from "vitest";
import { createSoftHsmToken } from "../../../../tests/support/tokens.ts";
import { serviceKeyLabel, tenantKekLabel } from "../domain/key-label.ts";
import type { KeyProvider } from "../domain/key-provider.ts";
import { hasReason } from "../key-provider.contract.ts";
import { type Cryptoki, loadCryptoki } from "./cryptoki.ts";
import { CryptokiModule } from "./cryptoki-module.ts";
import { expectNoPin, faultOf } from "./fault-expectations.ts";
import { openOnModule, type Pkcs11Options } from "./pkcs11-key-provider.ts";
import { optionsOf } from "./test-tokens.ts";

const bentToken = optionsOf(await createSoftHsmToken("bent"));

const kek = tenantKekLabel("acme", 1);
const aad = Buffer.from("identity");
const dek = Buffer.alloc(32, 3);

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
