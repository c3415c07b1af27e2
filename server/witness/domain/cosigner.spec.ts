import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Cosigner } from "./cosigner.ts";

const text = "log.test/acme\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";

describe("a cosignature", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const cosigner = new Cosigner("witness.test/1", privateKey);

  it("AUD-2 covers the time and the text, and carries key id and time before the signature", () => {
    const line = cosigner.cosign(text, 1_679_315_147);
    const [, name, encoded] = /^— (\S+) (\S+)\n$/u.exec(line) ?? [];
    const bytes = Buffer.from(encoded ?? "", "base64");
    expect(name).toBe("witness.test/1");
    expect(bytes).toHaveLength(4 + 8 + 64);
    expect(bytes.readUInt32BE(0)).toBe(cosigner.keyId);
    expect(bytes.readBigUInt64BE(4)).toBe(1_679_315_147n);
    const message = Buffer.from(`cosignature/v1\ntime 1679315147\n${text}`);
    expect(verify(null, message, createPublicKey(privateKey), bytes.subarray(12))).toBe(true);
  });

  it("AUD-2 names its key as others write it down: name, id, type 4 and the 32 bytes", () => {
    const raw = publicKey.export({ format: "der", type: "spki" }).subarray(12);
    const [name, id, key] = cosigner.verifierKey
      .split("+", 2)
      .concat(cosigner.verifierKey.split("+").slice(2).join("+"));
    expect(name).toBe("witness.test/1");
    expect(Number.parseInt(id ?? "", 16)).toBe(cosigner.keyId);
    expect(Buffer.from(key ?? "", "base64")).toEqual(Buffer.concat([Buffer.of(4), raw]));
  });

  it("refuses names that a note cannot carry, and other kinds of key", () => {
    for (const name of ["", "a b", "a+b", "a\u00a0b"])
      expect(() => new Cosigner(name, privateKey)).toThrow();
    const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    expect(() => new Cosigner("witness.test/1", p256)).toThrow(/Ed25519/);
  });
});
