import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes, fromBase64url, fromUtf8, toBase32, toBase64url, utf8 } from "./bytes.ts";

const bytes = fc.uint8Array({ maxLength: 80 });

describe("base64url", () => {
  it.each([
    ["", ""],
    ["f", "Zg"],
    ["fo", "Zm8"],
    ["foo", "Zm9v"],
    ["foob", "Zm9vYg"],
    ["fooba", "Zm9vYmE"],
    ["foobar", "Zm9vYmFy"],
  ])("writes %j as RFC 4648 section 10 does, without padding", (text, encoded) => {
    expect(toBase64url(utf8(text))).toBe(encoded);
    expect(fromBase64url(encoded)).toEqual(utf8(text));
  });

  it("agrees with Node's own encoder, and reads back what it wrote", () => {
    fc.assert(
      fc.property(bytes, (some) => {
        const encoded = toBase64url(some);
        expect(encoded).toBe(Buffer.from(some).toString("base64url"));
        expect(fromBase64url(encoded)).toEqual(new Uint8Array(some));
      }),
    );
  });

  it("L3 knows one encoding only: whatever text it reads is the text that it would write", () => {
    const alike = fc.oneof(
      fc.string({ unit: fc.constantFrom(..."AQgwBCDZ09-_+/= \n"), maxLength: 9 }),
      fc.string({ maxLength: 9 }),
    );
    fc.assert(
      fc.property(alike, (text) => {
        const read = fromBase64url(text);
        if (read !== null) expect(toBase64url(read)).toBe(text);
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    "Zg==",
    "Zm8=",
    "Zh",
    "Zm9",
    "Zm+/",
    "Zg ",
    " Zg",
    "Z",
    "Zm9vY",
    "Zm8\n",
    "Zmü",
    "Ｚg",
    "😀😀",
  ])("refuses %j", (text) => {
    expect(fromBase64url(text)).toBeNull();
  });
});

describe("base32", () => {
  it("writes 16 bytes as 26 characters, in Crockford's alphabet", () => {
    expect(toBase32(new Uint8Array(16))).toBe("0".repeat(26));
    expect(toBase32(new Uint8Array(16).fill(255))).toBe(`${"z".repeat(25)}w`);
    expect(toBase32(Uint8Array.from([0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6]))).toBe(
      "0123456789abc",
    ); // 0 to 12, five bits each
  });

  it("writes different bytes differently, and only letters that cannot be confused", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        (a, b) => {
          expect(toBase32(a)).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
          expect(toBase32(a) === toBase32(b)).toBe(Buffer.compare(a, b) === 0);
        },
      ),
    );
  });
});

describe("text and bytes", () => {
  it("keeps a byte order mark, and refuses what is not UTF-8", () => {
    expect(fromUtf8(Uint8Array.from([0xef, 0xbb, 0xbf, 0x61]))).toBe("\ufeffa");
    expect(() => fromUtf8(Uint8Array.from([0xff]))).toThrow(TypeError);
  });

  it("joins bytes in order", () => {
    expect(concatBytes(utf8("a"), new Uint8Array(0), utf8("bc"))).toEqual(utf8("abc"));
    expect(concatBytes()).toEqual(new Uint8Array(0));
  });
});
