/** A tree of `size` leaves that knows its root, 32 bytes, at every smaller size too. */
export type TreeView = { readonly size: number; root(size: number): Buffer };

/** What something outside the database remembers of this ledger. */
export type RememberedHead = {
  /** As an operator knows it: a file path, a witness's name. */
  readonly source: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Buffer;
};

/**
 * Does the tree continue what is remembered? `null` when it does; otherwise one sentence that names the
 * source, both sizes and both roots. A longer or an equal tree with the same prefix is the only one that
 * continues; a shorter one lost entries, a different one was rewritten.
 */
export function findDifference(tree: TreeView, remembered: RememberedHead): string | null {
  const theirs = `${remembered.source} remembers ${describe(remembered.size, remembered.root)}`;
  if (remembered.size > tree.size) {
    return `${theirs}, but the database holds only ${describe(tree.size, tree.root(tree.size))}: entries are missing`;
  }
  const ours = tree.root(remembered.size);
  if (ours.equals(remembered.root)) return null;
  return `${theirs}, but the database's first ${remembered.size} entries have root ${ours.toString("base64")}: entries were changed`;
}

/** What to do about a difference. There is no override, on purpose. */
export const historyAdvice =
  "Nothing will be appended or released on this history. Restore the database to a state that contains " +
  "all remembered entries (refill from a mirror), or open a new origin with two officers. On a " +
  "development checkout whose data may be lost, run `npm run reset`.";

function describe(size: number, root: Buffer): string {
  return `${size} entries with root ${root.toString("base64")}`;
}
