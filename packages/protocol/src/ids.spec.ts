import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOf } from "../testing/arbitrary-values.ts";
import { toBase64url } from "./bytes.ts";
import {
  base64urlBytes,
  bindingId,
  credentialId,
  deviceId,
  digest,
  draftId,
  idText,
  personId,
  requestId,
  secretId,
} from "./ids.ts";

const SCHEMAS = {
  p: personId,
  d: deviceId,
  s: secretId,
  r: requestId,
  b: bindingId,
  x: draftId,
} as const;
const PREFIXES = ["p", "d", "s", "r", "b", "x"] as const;

describe("ids", () => {
  it("are read by their own schema and by no other", () => {
    fc.assert(
      fc.property(bytesOf(16), fc.constantFrom(...PREFIXES), (random, prefix) => {
        const text = idText(prefix, random);
        for (const other of PREFIXES) {
          expect(SCHEMAS[other].safeParse(text).success).toBe(other === prefix);
        }
      }),
    );
  });

  it("are made of exactly 16 bytes", () => {
    expect(() => idText("p", new Uint8Array(15))).toThrow(TypeError);
    expect(() => idText("p", new Uint8Array(17))).toThrow(TypeError);
  });

  const good = idText("p", new Uint8Array(16).fill(7));
  it.each([
    ["upper case", good.toUpperCase()],
    ["one character more", `${good}0`],
    ["one character less", good.slice(0, -1)],
    ["a line feed at the end", `${good}\n`],
    ["a blank in front", ` ${good}`],
    ["the letter o for 0", `${good.slice(0, -1)}o`],
    ["the letter l for 1", `${good.slice(0, -1)}l`],
    ["a Cyrillic р for the prefix", `р${good.slice(1)}`],
    ["a full-width digit", `${good.slice(0, -1)}０`],
    ["no text", 7],
  ])("L2 L3 have one spelling: %s is refused", (_what, text) => {
    expect(personId.safeParse(good).success).toBe(true);
    expect(personId.safeParse(text).success).toBe(false);
  });
});

describe("digests, nonces and salts", () => {
  it("are 32 bytes in the one encoding", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 30, maxLength: 34 }), (some) => {
        expect(digest.safeParse(toBase64url(some)).success).toBe(some.length === 32);
      }),
    );
  });

  it.each([
    ["padding", `${"A".repeat(43)}=`],
    ["stray low bits", `${"A".repeat(42)}B`],
    ["the other alphabet", `${"A".repeat(41)}+A`],
    ["hexadecimal", "a".repeat(64)],
    ["nothing", ""],
    ["a megabyte", "A".repeat(1_000_000)],
  ])("refuse %s", (_what, text) => {
    expect(digest.safeParse("A".repeat(43)).success).toBe(true);
    expect(digest.safeParse(text).success).toBe(false);
  });
});

describe("bytes of bounded size", () => {
  it("keep to both bounds", () => {
    const schema = base64urlBytes(2, 5);
    for (let size = 0; size <= 8; size++) {
      const inside = size >= 2 && size <= 5;
      expect(schema.safeParse(toBase64url(new Uint8Array(size))).success).toBe(inside);
    }
  });

  it("L6 judge an over-long text by its length, without decoding it", () => {
    // Not base64url either: a second issue would show that the text was decoded.
    const read = credentialId.safeParse("+".repeat(1_000_000));
    expect(read.error?.issues.map((it) => it.code)).toEqual(["too_big"]);
  });
});
