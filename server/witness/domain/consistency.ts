import { hash } from "node:crypto";

/**
 * Consistency of two RFC 6962 trees, checked by walking down the tree of the new size (section 2.1.2 read
 * backwards). The ledger builds and checks proofs with other code, on purpose: see decision 0004.
 */

export const hashSizeBytes = 32;

export type TreeState = {
  readonly size: number;
  /** 32 bytes. */
  readonly root: Buffer;
};

/** Root of the tree without entries. */
export function emptyRoot(): Buffer {
  return hash("sha256", "", "buffer");
}

/**
 * Does `proof` show that `newer` continues `older`, for 0 < older.size < newer.size? The empty tree is
 * continued by every tree with an empty proof. A caller who lies gets `false`; hashes of another length
 * and proofs with more hashes than needed are lies too.
 */
export function isConsistent(
  older: TreeState,
  newer: TreeState,
  proof: readonly Buffer[],
): boolean {
  if (older.size === 0) return proof.length === 0 && older.root.equals(emptyRoot());
  if (older.size >= newer.size || proof.some((h) => h.length !== hashSizeBytes)) return false;
  const unread = [...proof];
  const roots = readRoots(older, newer.size, unread);
  return (
    roots !== null &&
    unread.length === 0 &&
    roots.older.equals(older.root) &&
    roots.newer.equals(newer.root)
  );
}

type Roots = { readonly older: Buffer; readonly newer: Buffer };

/** Both roots that the proof leads to; consumes it from its end, which is the top of the tree. */
function readRoots(older: TreeState, newerSize: number, unread: Buffer[]): Roots | null {
  /** @param isLeftEdge whether the old tree's share of this part is the whole old tree */
  const descend = (olderSize: number, size: number, isLeftEdge: boolean): Roots | null => {
    if (olderSize === size) {
      const root = isLeftEdge ? older.root : unread.pop();
      return root === undefined ? null : { older: root, newer: root };
    }
    const sibling = unread.pop();
    if (sibling === undefined) return null;
    const k = leftSize(size);
    if (olderSize <= k) {
      const left = descend(olderSize, k, isLeftEdge);
      return left && { older: left.older, newer: node(left.newer, sibling) };
    }
    const right = descend(olderSize - k, size - k, false);
    return right && { older: node(sibling, right.older), newer: node(sibling, right.newer) };
  };
  return descend(older.size, newerSize, true);
}

/** Largest power of two below `size`; sizes go beyond 32 bits. */
function leftSize(size: number): number {
  let k = 1;
  while (k * 2 < size) k *= 2;
  return k;
}

function node(left: Buffer, right: Buffer): Buffer {
  return hash("sha256", Buffer.concat([Buffer.of(0x01), left, right]), "buffer");
}
