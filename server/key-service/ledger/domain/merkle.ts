import { hash } from "node:crypto";

/**
 * Hashes of RFC 6962 section 2.1 with SHA-256. Leaves and nodes carry different first bytes, so that
 * nobody can present a node as an entry.
 */

export const hashSizeBytes = 32;

/** Root of the tree without entries: SHA-256 of the empty string. A fresh copy for each call. */
export function emptyRoot(): Buffer {
  return hash("sha256", "", "buffer");
}

/** SHA-256(0x00 || entry), 32 bytes. */
export function leafHash(entry: Uint8Array): Buffer {
  const input = Buffer.allocUnsafe(entry.length + 1);
  input[0] = 0x00;
  input.set(entry, 1);
  return hash("sha256", input, "buffer");
}

// One buffer serves all calls: nodeHash is synchronous, and hashing is what an append spends its time on.
const nodeInput = Buffer.alloc(1 + 2 * hashSizeBytes);
nodeInput[0] = 0x01;

/** SHA-256(0x01 || left || right), 32 bytes. Both sides are 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + hashSizeBytes);
  return hash("sha256", nodeInput, "buffer");
}

/** The largest power of two smaller than `n` (n > 1): where RFC 6962 splits a tree of n leaves. */
export function splitPoint(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}
