import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPublicKey,
  hkdfSync,
  verify,
} from "node:crypto";
import { describe, expect, it } from "vitest";
import { wycheproof } from "./wycheproof.ts";

/** Every vector that Node judges otherwise than Wycheproof, as `tcId: comment`. */
type Wrong = string[];

function gcmOpens(key: Buffer, iv: Buffer, aad: Buffer, ct: Buffer, tag: Buffer): Buffer | null {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: 16 });
    decipher.setAAD(aad);
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(ct), decipher.final()]);
  } catch {
    return null;
  }
}

describe("KEY-2 what we compute with agrees with Wycheproof", () => {
  it("AES-256-GCM, 96-bit IV, 128-bit tag: values", () => {
    const groups = wycheproof("aes_gcm_test").filter(
      (group) => group.keySize === 256 && group.ivSize === 96 && group.tagSize === 128,
    );
    const wrong: Wrong = [];
    let judged = 0;
    for (const { tcId, comment, key, iv, aad, msg, ct, tag, result } of groups.flatMap(
      (g) => g.tests,
    )) {
      judged += 1;
      const opened = gcmOpens(key, iv, aad, ct, tag);
      const right = result === "valid" ? opened?.equals(msg) : opened === null;
      if (right !== true) wrong.push(`${tcId}: ${comment}`);
      if (result !== "valid") continue;
      const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: 16 });
      cipher.setAAD(aad);
      const sealed = Buffer.concat([cipher.update(msg), cipher.final(), cipher.getAuthTag()]);
      if (!sealed.equals(Buffer.concat([ct, tag]))) wrong.push(`${tcId} seals otherwise`);
    }
    expect(wrong).toEqual([]);
    expect(judged).toBeGreaterThan(60);
  });

  it("HKDF-SHA256: value keys and commitments", () => {
    const wrong: Wrong = [];
    for (const vector of wycheproof("hkdf_sha256_test").flatMap((group) => group.tests)) {
      const { tcId, comment, ikm, salt, info, size, okm, result } = vector;
      let derived: Buffer | null = null;
      try {
        derived = Buffer.from(hkdfSync("sha256", ikm, salt, info, size));
      } catch {
        derived = null;
      }
      const right = result === "valid" ? derived?.equals(okm) : derived === null;
      if (right !== true) wrong.push(`${tcId}: ${comment}`);
    }
    expect(wrong).toEqual([]);
  });

  it("HMAC-SHA256", () => {
    const wrong: Wrong = [];
    for (const group of wycheproof("hmac_sha256_test")) {
      for (const { tcId, comment, key, msg, tag, result } of group.tests) {
        const whole = createHmac("sha256", key).update(msg).digest();
        const right = whole.subarray(0, group.tagSize / 8).equals(tag) === (result === "valid");
        if (!right) wrong.push(`${tcId}: ${comment}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ["ECDSA P-256 with SHA-256", "ecdsa_secp256r1_sha256_test", "sha256"],
    ["Ed25519", "ed25519_test", null],
  ] as const)("%s: no forged signature holds, no good one is refused", (_, file, hash) => {
    const wrong: Wrong = [];
    for (const { publicKeyDer, tests } of wycheproof(file)) {
      const key = createPublicKey({ key: publicKeyDer, format: "der", type: "spki" });
      for (const { tcId, comment, msg, sig, result } of tests) {
        const holds = verify(hash, msg, key, sig);
        if (holds !== (result === "valid")) wrong.push(`${tcId}: ${comment}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
