import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  cosignatureTimestamp,
  cosignatureVerifier,
  cosignedMessage,
  parseWitnessKey,
} from "./cosignature.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const raw = publicKey.export({ format: "der", type: "spki" }).subarray(12);
const text = "log.test/1\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";

function cosign(timestampSeconds: number, message: string): Buffer {
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(BigInt(timestampSeconds));
  return Buffer.concat([stamp, sign(null, Buffer.from(message), privateKey)]);
}

describe("a cosignature", () => {
  const verifier = cosignatureVerifier("witness.test/1", raw);
  const good = cosign(1_679_315_147, cosignedMessage(1_679_315_147, text));

  it("AUD-2 signs what the specification's example shows", () => {
    const example =
      "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    expect(cosignedMessage(1_679_315_147, example)).toBe(
      "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n" +
        "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
    );
  });

  it("AUD-2 verifies with the key, and not for another text or another time", () => {
    expect(verifier.verify(text, good)).toBe(true);
    expect(verifier.verify(`${text}more\n`, good)).toBe(false);
    const laterClaim = Buffer.from(good);
    laterClaim.writeBigUInt64BE(1_679_315_148n);
    expect(verifier.verify(text, laterClaim)).toBe(false);
  });

  it("AUD-2 is not a signature of the bare text, nor one that is too short or from beyond 2^53", () => {
    expect(verifier.verify(text, cosign(1, text))).toBe(false);
    expect(verifier.verify(text, good.subarray(1))).toBe(false);
    expect(
      cosignatureTimestamp(Buffer.concat([Buffer.alloc(8, 0xff), good.subarray(8)])),
    ).toBeNull();
  });

  it("AUD-2 carries its time as in the published vector", () => {
    // transparency-dev/formats, note_cosigv1_test.go: 2024-10-03 14:06:07 UTC, after four bytes of key id.
    const published =
      "ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA==";
    expect(cosignatureTimestamp(Buffer.from(published, "base64").subarray(4))).toBe(1_727_964_367);
  });
});

describe("a witness's key", () => {
  // A running witness's key, as transparency-dev/formats tests it.
  const published = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

  it("AUD-2 is read as it is published, and its id is that of the key", () => {
    expect(parseWitnessKey(published)).toMatchObject({ name: "remora.n621.de", keyId: 0xda77ade7 });
  });

  it("is refused with another key's id or name, of another type, or malformed", () => {
    expect(() => parseWitnessKey(published.replace("da77ade7", "da77ade8"))).toThrow(/another key/);
    expect(() => parseWitnessKey(published.replace("remora", "aurora"))).toThrow(/another key/);
    expect(() =>
      parseWitnessKey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
    ).toThrow(/type 4/);
    for (const key of ["", "a+b", "a b+da77ade7+BOvN", `${published}!`]) {
      expect(() => parseWitnessKey(key)).toThrow();
    }
  });
});
