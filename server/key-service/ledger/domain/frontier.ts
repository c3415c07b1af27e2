import { emptyRoot, nodeHash } from "./merkle.ts";

/**
 * The right edge of a tree: enough to append leaves and to know the root, in log2(size) hashes.
 * For readers that stream a ledger and keep nothing. It cannot answer for earlier sizes; see `HashTree`.
 */
export class Frontier {
  /** Roots of the complete subtrees, largest first: one per set bit of `size`. */
  readonly #complete: Buffer[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Appends one leaf hash (32 bytes). */
  append(leaf: Buffer): void {
    let carried = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      const left = this.#complete.pop();
      if (left === undefined) throw new Error("a frontier holds one root per set bit of its size");
      carried = nodeHash(left, carried);
    }
    this.#complete.push(carried);
    this.#size += 1;
  }

  /** Root of the tree so far, 32 bytes. */
  root(): Buffer {
    const last = this.#complete.at(-1);
    if (last === undefined) return emptyRoot();
    let root = last;
    for (let i = this.#complete.length - 2; i >= 0; i -= 1) {
      const left = this.#complete[i];
      if (left !== undefined) root = nodeHash(left, root);
    }
    return root;
  }
}
