import { generateKeyPairSync, sign } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openCheckpoint } from "./checkpoint.ts";
import {
  ecdsaSignatureToDer,
  ecdsaVerifier,
  formatNote,
  isKeyName,
  maxNoteBytes,
  parseNote,
  verifyNote,
} from "./signed-note.ts";

/** Two checkpoints of running public logs with their ECDSA keys, as transparency-dev/formats tests them. */
const published = [
  {
    name: "rekor.sigstore.dev",
    spki: "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2G2Y+2tabdTV5BcGiBIx0a9fAFwrkBbmLSGtks4L3qX6yYY0zufBnhC8Ur/iy55GhWP/9A/bY2LhC30M9+RYtw==",
    keyId: 0xc0d23d6a,
    origin: "Rekor",
    size: 798_034,
    note: "Rekor\n798034\nf+7CoKgXKE/tNys9TTXcr/ad6U/K3xvznmzew9y6SP0=\n\n— rekor.sigstore.dev wNI9ajBEAiARInWIWyCdyG27CO6LPnPekyw20qO0YJfoaPaowGp/XgIgc+qEHS3+GKVClgqq20uDLet7MCoTURUCRdxwWBHHufk=\n",
  },
  {
    name: "pixel6_transparency_log",
    spki: "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE37jHQmTXJPC8sUj0Dg0N0ZlxfRqJZV1YzlclXLQzhVYPcC/JblDoez0DSZwOSlShiCf4oo83MULQfec3erolDw==",
    keyId: 0x91c16e30,
    origin: "DEFAULT",
    size: 10,
    note: "DEFAULT\n10\nbsWRucJU5xJPHb5eBdOm6+DM+VelCZBuvtI3sHERJ9Y=\n\n— pixel6_transparency_log kcFuMDBFAiEAhqMAP8P6qf6QxtUJhzMhbN+MbZ9dwfUHzGQJmffJHtoCIGD0cNe47dHWBoPwYdgBCepB06/+g5O1FmYjXl06owL4\n",
  },
];

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const verifier = ecdsaVerifier("log.test/1", publicKey.export({ format: "der", type: "spki" }));
const signText = (text: string) => ({
  name: verifier.name,
  keyId: verifier.keyId,
  signature: sign("sha256", Buffer.from(text), privateKey),
});
const text = "log.test/1\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
const note = formatNote({ text, signatures: [signText(text)] });
const verify = (candidate: string) => {
  const parsed = parseNote(candidate);
  return parsed.ok ? verifyNote(parsed.value, [verifier]) : parsed;
};

describe("a signed note", () => {
  for (const vector of published) {
    it(`AUD-2 of ${vector.name} verifies, and not with one bit changed`, () => {
      const key = ecdsaVerifier(vector.name, Buffer.from(vector.spki, "base64"));
      expect(key.keyId).toBe(vector.keyId);
      const opened = openCheckpoint(vector.note, vector.origin, [key]);
      expect(opened.ok && opened.value.checkpoint.size).toBe(vector.size);
      const changed = openCheckpoint(vector.note.replace("\n", "x\n"), `${vector.origin}x`, [key]);
      expect(changed).toEqual({ ok: false, error: "note-signature-wrong" });
    });
  }

  it("AUD-2 of our own key verifies", () => {
    expect(verify(note).ok).toBe(true);
  });

  it("AUD-2 is refused where a known key's signature is wrong, even beside a good one", () => {
    const other = signText(`${text}more\n`);
    const both = formatNote({ text, signatures: [signText(text), other] });
    expect(verify(both)).toEqual({ ok: false, error: "note-signature-wrong" });
  });

  it("AUD-2 is refused where only unknown keys signed, also under a known name or id", () => {
    for (const change of [{ name: "eve.test" }, { keyId: (verifier.keyId ^ 1) >>> 0 }]) {
      const forged = formatNote({ text, signatures: [{ ...signText(text), ...change }] });
      expect(verify(forged)).toEqual({ ok: false, error: "note-signer-unknown" });
    }
  });

  it("AUD-2 keeps good signatures among unknown ones", () => {
    const eve = { name: "eve.test", keyId: 1, signature: Buffer.from("anything") };
    const verified = verify(formatNote({ text, signatures: [eve, signText(text), eve] }));
    expect(verified.ok && verified.value.map((s) => s.name)).toEqual(["log.test/1"]);
  });

  it("AUD-2 has its text up to the last empty line", () => {
    const long = "first\n\nsecond\n";
    const parsed = parseNote(formatNote({ text: long, signatures: [signText(long)] }));
    expect(parsed.ok && parsed.value.text).toBe(long);
  });

  const malformed: readonly (readonly [string, string])[] = [
    ["nothing", ""],
    ["no signatures", `${text}\n`],
    ["no empty line", note.replace("\n\n", "\n")],
    ["no newline at the end", note.slice(0, -1)],
    ["a carriage return", note.replace("\n", "\r\n")],
    ["a NUL", note.replace("log", "l\0g")],
    ["a hyphen for the dash", note.replace("—", "-")],
    ["no name", note.replace("log.test/1 ", " ").replace(/— \S+ /, "— ")],
    ["a plus in the name", note.replace("— log", "— l+g")],
    ["a no-break space in the name", note.replace("— log", "— l\u00a0g")],
    ["bad base64", note.replace(/\S\n$/, "!\n")],
    ["base64 without its padding", `${text}\n— log.test/1 AAAAAAA\n`],
    ["base64 with stray bits", `${text}\n— log.test/1 AAAAAAB=\n`],
    ["a signature shorter than its key id", `${text}\n— log.test/1 AAAA\n`],
    ["a line after the signatures", `${note}more\n`],
    ["half a surrogate pair", note.replace("log", "l\ud800g")],
    [
      "101 signatures",
      formatNote({ text, signatures: Array.from({ length: 101 }, () => signText(text)) }),
    ],
  ];
  for (const [what, candidate] of malformed) {
    it(`is malformed with ${what}`, () => {
      expect(parseNote(candidate)).toEqual({ ok: false, error: "note-malformed" });
    });
  }

  it("is refused unread beyond 64 KiB", () => {
    expect(parseNote("x".repeat(maxNoteBytes + 1))).toEqual({ ok: false, error: "note-too-long" });
  });

  it("AUD-2 parses to what was formatted", () => {
    const name = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }).filter(isKeyName);
    const signature = fc.record({
      name,
      keyId: fc.nat({ max: 0xffffffff }),
      signature: fc.uint8Array({ minLength: 1, maxLength: 100 }).map((b) => Buffer.from(b)),
    });
    const line = fc.string({ minLength: 1, unit: "grapheme" }).filter((l) => !/\p{Cc}/u.test(l));
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1 }),
        fc.array(signature, { minLength: 1 }),
        (lines, signatures) => {
          const original = { text: `${lines.join("\n")}\n`, signatures };
          expect(parseNote(formatNote(original))).toEqual({ ok: true, value: original });
        },
      ),
    );
  });

  it("cannot be formatted with a text or a name that would change its meaning", () => {
    expect(() => formatNote({ text: "no newline", signatures: [] })).toThrow();
    expect(() => formatNote({ text: "a\tb\n", signatures: [] })).toThrow();
    expect(() => formatNote({ text, signatures: [{ ...signText(text), name: "a b" }] })).toThrow();
  });

  it("AUD-2 carries an HSM's r || s as the DER that OpenSSL verifies", () => {
    for (let i = 0; i < 64; i += 1) {
      // Enough signatures to meet integers with a high bit and with leading zeroes.
      const message = Buffer.from(`message ${i}`);
      const raw = sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" });
      expect(verifier.verify(message.toString(), ecdsaSignatureToDer(raw))).toBe(true);
    }
    const [one, high] = [Buffer.alloc(64), Buffer.alloc(64, 0xff)];
    one[31] = 1;
    one[63] = 0x80;
    expect(ecdsaSignatureToDer(one).toString("hex")).toBe("300702010102020080");
    expect(ecdsaSignatureToDer(high)).toHaveLength(72);
    expect(() => ecdsaSignatureToDer(Buffer.alloc(63))).toThrow(RangeError);
  });

  it("AUD-2 is never verified with a key that is not P-256", () => {
    const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey;
    expect(() => ecdsaVerifier("x", p384.export({ format: "der", type: "spki" }))).toThrow(/P-256/);
  });
});
