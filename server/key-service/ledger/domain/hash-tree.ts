import { emptyRoot, hashSizeBytes, nodeHash, splitPoint } from "./merkle.ts";

const chunkHashes = 4096;
const chunkBytes = chunkHashes * hashSizeBytes;
/** 64 bytes a leaf make this 128 GiB: memory ends long before the 32-bit shifts below do. */
const maxSize = 2 ** 31;

/**
 * All complete subtree roots of a tree, by level, in chunks of raw bytes: 64 bytes for each leaf and no
 * object for each. Answers roots and proofs for every size up to `size` in O(log² size).
 */
export class HashTree {
  /** `#levels[k]` holds the roots of complete subtrees of 2^k leaves, in order. */
  readonly #levels: Buffer[][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Appends one leaf hash (32 bytes, copied). @throws RangeError for another length */
  append(leaf: Uint8Array): void {
    if (leaf.length !== hashSizeBytes) throw new RangeError("a leaf hash is 32 bytes");
    if (this.#size >= maxSize) throw new RangeError(`a ledger holds at most ${maxSize} entries`);
    let level = 0;
    let position = this.#size;
    let carried = leaf;
    this.#put(level, position, carried);
    while (position % 2 === 1) {
      carried = nodeHash(this.node(level, position - 1), carried);
      level += 1;
      position >>>= 1;
      this.#put(level, position, carried);
    }
    this.#size += 1;
  }

  /** Hash of the leaf at `index`. @throws RangeError outside [0, size) */
  leaf(index: number): Buffer {
    if (!Number.isInteger(index) || index < 0 || index >= this.#size) {
      throw new RangeError(`no leaf ${index} in a tree of ${this.#size}`);
    }
    return this.node(0, index);
  }

  /** Root of the tree over the first `size` leaves. @throws RangeError outside [0, size] */
  root(size = this.#size): Buffer {
    if (!Number.isInteger(size) || size < 0 || size > this.#size) {
      throw new RangeError(`no tree of ${size} in a tree of ${this.#size}`);
    }
    return size === 0 ? emptyRoot() : this.subtree(0, size);
  }

  /**
   * Root over leaves [start, end), for the ranges that RFC 6962 splits a tree into: `start` is a multiple
   * of every power of two in use there. The result may be a view into the tree: do not write to it.
   */
  subtree(start: number, end: number): Buffer {
    const width = end - start;
    if (width === 1) return this.node(0, start);
    const k = splitPoint(width);
    if (k * 2 === width) return this.node(Math.log2(width), start / width);
    return nodeHash(this.node(Math.log2(k), start / k), this.subtree(start + k, end));
  }

  /** Root of the complete subtree `position` at `level`: a view, do not write to it. */
  node(level: number, position: number): Buffer {
    const chunk = this.#levels[level]?.[Math.floor(position / chunkHashes)];
    if (chunk === undefined) throw new RangeError(`no node ${position} at level ${level}`);
    const offset = (position % chunkHashes) * hashSizeBytes;
    return chunk.subarray(offset, offset + hashSizeBytes);
  }

  #put(level: number, position: number, value: Uint8Array): void {
    let chunks = this.#levels[level];
    if (chunks === undefined) {
      chunks = [];
      this.#levels[level] = chunks;
    }
    const at = Math.floor(position / chunkHashes);
    let chunk = chunks[at];
    if (chunk === undefined) {
      chunk = Buffer.alloc(chunkBytes);
      chunks[at] = chunk;
    }
    chunk.set(value, (position % chunkHashes) * hashSizeBytes);
  }
}
