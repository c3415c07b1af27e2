import { applyEntry, decodeEntry } from "../../decisions/domain/entry.ts";
import { emptyState, type State } from "../../decisions/domain/state.ts";
import type { Ledger, TreeHead } from "../domain/ledger.ts";
import { FOLD_VERSION } from "./fold-codec.ts";
import type { Snapshots } from "./snapshot.ts";
import { Turns } from "./turns.ts";

export type FoldProgress = {
  /** Entries that a snapshot spared; 0 when the ledger is read from its beginning. */
  readonly fromSnapshot: number;
  readonly folded: number;
  readonly size: number;
};

export type LoadFoldOptions = {
  readonly ledger: Ledger;
  readonly snapshots: Snapshots;
  readonly foldVersion?: number;
  /** Up to where; the ledger's durable head by default. */
  readonly head?: TreeHead;
  readonly onProgress?: (progress: FoldProgress) => void;
};

const PROGRESS_ENTRIES = 5_000;

/**
 * The state at the ledger's durable head: the newest snapshot that verifies, then every entry after it,
 * each checked by the ledger against its signed tree. Others run meanwhile. Entries appended after the
 * call are not in it.
 *
 * @throws LedgerFault where the ledger cannot be read or differs from its tree; FoldFault, RangeError
 *   where an entry is not one that this version can fold. A snapshot that is damaged throws nothing.
 */
export async function loadFold(options: LoadFoldOptions): Promise<State> {
  const { ledger, snapshots, foldVersion = FOLD_VERSION, onProgress } = options;
  const { size } = options.head ?? ledger.head();
  const state = (await snapshots.newest(ledger, foldVersion)) ?? emptyState();
  const fromSnapshot = state.size;
  const tell = () => onProgress?.({ fromSnapshot, folded: state.size, size });
  // A snapshot may be newer than the head that was asked for.
  if (state.size < size) await replay(state, ledger, size, tell);
  tell();
  return state;
}

async function replay(state: State, ledger: Ledger, to: number, tell: () => void): Promise<void> {
  const turns = new Turns();
  for await (const { bytes } of ledger.entries(state.size, to)) {
    applyEntry(state, decodeEntry(bytes));
    if (state.size % PROGRESS_ENTRIES === 0) tell();
    if (turns.isOver) await turns.pass();
  }
}
