import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aDigest } from "../testing/arbitrary-values.ts";
import { asDigest, digestToBytes } from "./digest.ts";
import { WORDS } from "./word-list.ts";
import { digestWords } from "./words.ts";

describe("the words of a digest", () => {
  it("come from the BIP-39 English list, unchanged", () => {
    const published = "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda";
    expect(
      createHash("sha256")
        .update(`${WORDS.join("\n")}\n`)
        .digest("hex"),
    ).toBe(published);
    expect(new Set(WORDS.map((word) => word.slice(0, 4))).size).toBe(2048);
  });

  it("are the first 44 bits, eleven to a word", () => {
    const bytes = new Uint8Array(32);
    expect(digestWords(asDigest(bytes))).toEqual(["abandon", "abandon", "abandon", "abandon"]);
    bytes.fill(255);
    expect(digestWords(asDigest(bytes))).toEqual(["zoo", "zoo", "zoo", "zoo"]);
    // 00000000001 00000000010 00000000011 00000000100 0000
    bytes.set([0x00, 0x20, 0x08, 0x01, 0x80, 0x40]);
    expect(digestWords(asDigest(bytes))).toEqual([WORDS[1], WORDS[2], WORDS[3], WORDS[4]]);
  });

  it("differ exactly when those bits differ", () => {
    fc.assert(
      fc.property(aDigest, fc.nat(255), (digest, bit) => {
        const changed = digestToBytes(digest);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (128 >> (bit & 7));
        const same = digestWords(asDigest(changed)).join() === digestWords(digest).join();
        expect(same).toBe(bit >= 44);
      }),
    );
  });
});
