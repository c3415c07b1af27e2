import { createHash } from "node:crypto";

/*
 * Verification of Merkle proofs exactly as RFC 9162 sections 2.1.3.2 and 2.1.4.2 write it down: from
 * the leaf upwards, by the bits of the index. The key service builds and checks proofs recursively;
 * two ways that agree are worth more than one.
 */

/** SHA-256(0x00 || entry). */
export function leafHash(entry: Uint8Array): Buffer {
  return createHash("sha256").update(Buffer.of(0)).update(entry).digest();
}

function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash("sha256").update(Buffer.of(1)).update(left).update(right).digest();
}

/** Root of the tree without entries. */
export const EMPTY_ROOT = createHash("sha256").digest();

const isOdd = (n: number) => n % 2 === 1;
const half = (n: number) => Math.floor(n / 2);

/** True only where `leaf` stands at `index` of the tree with `size` entries and that root. Hashes of 32 bytes. */
export function inclusionHolds(of: {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}): boolean {
  if (of.index < 0 || of.index >= of.size) return false;
  let fn = of.index;
  let sn = of.size - 1;
  let hash: Buffer = Buffer.from(of.leaf);
  for (const node of of.proof) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      hash = nodeHash(node, hash);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else hash = nodeHash(hash, node);
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && hash.equals(of.root);
}

/** True only where the tree `to` begins with all of the tree `from`, in order. */
export function consistencyHolds(of: {
  readonly from: { readonly size: number; readonly root: Uint8Array };
  readonly to: { readonly size: number; readonly root: Uint8Array };
  readonly proof: readonly Uint8Array[];
}): boolean {
  const { from, to } = of;
  const firstRoot = Buffer.from(from.root);
  if (from.size < 0 || from.size > to.size) return false;
  if (from.size === to.size) return of.proof.length === 0 && firstRoot.equals(to.root);
  if (from.size === 0) return of.proof.length === 0 && firstRoot.equals(EMPTY_ROOT);
  const path = isPowerOfTwo(from.size) ? [firstRoot, ...of.proof] : of.proof;
  const [seed, ...rest] = path;
  if (seed === undefined) return false;
  let fn = from.size - 1;
  let sn = to.size - 1;
  while (isOdd(fn)) [fn, sn] = [half(fn), half(sn)];
  let fr: Buffer = Buffer.from(seed);
  let sr: Buffer = Buffer.from(seed);
  for (const node of rest) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      fr = nodeHash(node, fr);
      sr = nodeHash(node, sr);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else sr = nodeHash(sr, node);
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && fr.equals(firstRoot) && sr.equals(to.root);
}

function isPowerOfTwo(n: number): boolean {
  return Number.isInteger(Math.log2(n)) && 2 ** Math.round(Math.log2(n)) === n;
}
