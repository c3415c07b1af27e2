import type { HashTree } from "./hash-tree.ts";
import { emptyRoot, hashSizeBytes, nodeHash, splitPoint } from "./merkle.ts";

/**
 * Inclusion and consistency proofs: built as RFC 6962 sections 2.1.1 and 2.1.2 define them, verified as
 * RFC 9162 sections 2.1.3.2 and 2.1.4.2 do. Verification trusts nothing it is given: a caller who lies
 * about an index, a size or a hash gets `false`, unless SHA-256 is broken. Sizes up to 2^53 - 1.
 */

/**
 * Proof that leaf `index` is in the tree of the first `size` leaves: hashes from the leaf to the root.
 * @throws RangeError unless 0 <= index < size <= tree.size
 */
export function buildInclusionProof(tree: HashTree, index: number, size: number): Buffer[] {
  if (!isWithin(index, 0, size - 1) || !isWithin(size, 1, tree.size)) {
    throw new RangeError(`no proof of leaf ${index} in ${size} from a tree of ${tree.size}`);
  }
  const path: Buffer[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      path.push(copy(tree.subtree(middle, end)));
      end = middle;
    } else {
      path.push(copy(tree.subtree(start, middle)));
      start = middle;
    }
  }
  return path.reverse();
}

/**
 * Proof that the tree of `toSize` leaves continues the tree of `fromSize` leaves. Empty where nothing is
 * to be proven: from 0, or from a size to itself.
 * @throws RangeError unless 0 <= fromSize <= toSize <= tree.size
 */
export function buildConsistencyProof(tree: HashTree, fromSize: number, toSize: number): Buffer[] {
  if (!isWithin(fromSize, 0, toSize) || !isWithin(toSize, 0, tree.size)) {
    throw new RangeError(`no proof from ${fromSize} to ${toSize} in a tree of ${tree.size}`);
  }
  if (fromSize === 0 || fromSize === toSize) return [];
  const path: Buffer[] = [];
  let [start, end] = [0, toSize];
  // Is the remaining part of the old tree the whole old tree, whose root the verifier knows?
  let isWholeOldTree = true;
  while (end !== fromSize) {
    const middle = start + splitPoint(end - start);
    if (fromSize <= middle) {
      path.push(copy(tree.subtree(middle, end)));
      end = middle;
    } else {
      path.push(copy(tree.subtree(start, middle)));
      start = middle;
      isWholeOldTree = false;
    }
  }
  if (!isWholeOldTree) path.push(copy(tree.subtree(start, end)));
  return path.reverse();
}

export type InclusionClaim = {
  readonly index: number;
  readonly size: number;
  /** 32 bytes. */
  readonly leaf: Uint8Array;
  /** 32 bytes. */
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
};

/** Is `leaf` at `index` of the tree with this size and root? RFC 9162 section 2.1.3.2. */
export function verifyInclusion(claim: InclusionClaim): boolean {
  const { index, size, leaf, root, proof } = claim;
  if (!isWithin(size, 1, Number.MAX_SAFE_INTEGER) || !isWithin(index, 0, size - 1)) return false;
  if (![leaf, root, ...proof].every(isHash)) return false;
  let fn = index;
  let sn = size - 1;
  let computed = leaf;
  for (const sibling of proof) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      computed = nodeHash(sibling, computed);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      computed = nodeHash(computed, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && equal(computed, root);
}

export type ConsistencyClaim = {
  readonly fromSize: number;
  readonly fromRoot: Uint8Array;
  readonly toSize: number;
  readonly toRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
};

/**
 * Does the second tree continue the first? RFC 9162 section 2.1.4.2; additionally the empty tree, whose
 * root must be that of the empty tree, is continued by every tree, with an empty proof.
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { fromSize, fromRoot, toSize, toRoot, proof } = claim;
  if (!isWithin(toSize, 0, Number.MAX_SAFE_INTEGER) || !isWithin(fromSize, 0, toSize)) return false;
  if (![fromRoot, toRoot, ...proof].every(isHash)) return false;
  if (fromSize === toSize) return proof.length === 0 && equal(fromRoot, toRoot);
  if (fromSize === 0) return proof.length === 0 && equal(fromRoot, emptyRoot());

  const path = isPowerOfTwo(fromSize) ? [fromRoot, ...proof] : proof;
  const [seed, ...rest] = path;
  // A complete old tree stands for itself; the proof proper must still say something.
  if (seed === undefined || proof.length === 0) return false;
  let fn = fromSize - 1;
  let sn = toSize - 1;
  while (isOdd(fn)) [fn, sn] = [half(fn), half(sn)];
  let oldRoot = seed;
  let newRoot = seed;
  for (const step of rest) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      oldRoot = nodeHash(step, oldRoot);
      newRoot = nodeHash(step, newRoot);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      newRoot = nodeHash(newRoot, step);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && equal(oldRoot, fromRoot) && equal(newRoot, toRoot);
}

// Sizes go beyond 32 bits, so no shifts.
const half = (n: number): number => Math.floor(n / 2);
const isOdd = (n: number): boolean => n % 2 === 1;
const isPowerOfTwo = (n: number): boolean =>
  Number.isInteger(Math.log2(n)) && 2 ** Math.log2(n) === n;
const isWithin = (n: number, low: number, high: number): boolean =>
  Number.isSafeInteger(n) && n >= low && n <= high;
const isHash = (h: Uint8Array): boolean => h.length === hashSizeBytes;
const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
const copy = (h: Buffer): Buffer => Buffer.from(h);
