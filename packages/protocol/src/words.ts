import { digestToBytes } from "./digest.ts";
import type { Digest } from "./ids.ts";
import { WORDS } from "./word-list.ts";

export type DigestWords = readonly [string, string, string, string];

/**
 * Four words for the first 44 bits of a digest. People compare them between the desk and the command
 * line, two channels of which the console is neither. They guard a comparison by eye, not a proof.
 */
export function digestWords(digest: Digest): DigestWords {
  const bits = digestToBytes(digest)
    .subarray(0, 6)
    .reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);
  const word = (n: bigint) => WORDS[Number((bits >> (48n - 11n * (n + 1n))) & 2047n)] ?? "";
  return [word(0n), word(1n), word(2n), word(3n)];
}
