import type { Ledger } from "../domain/ledger.ts";
import { loadFold } from "./load-fold.ts";
import type { Snapshots } from "./snapshot.ts";

export type SnapshotterParts = {
  readonly ledger: Ledger;
  readonly snapshots: Snapshots;
  /** Default 5,000. */
  readonly everyEntries?: number;
  /** A snapshot that could not be taken. The next one is tried after as many entries again. */
  readonly onFailed?: (error: unknown) => void;
};

/**
 * Takes a snapshot every so many entries, and at a graceful stop.
 *
 * It folds what is durable anew, from the snapshot before, instead of taking the state that decisions run
 * on: that one runs ahead of the disk by entries that may yet fail, and a signed fold of what never
 * happened would outlive them.
 */
export class Snapshotter {
  readonly #parts: SnapshotterParts;
  #lastSize: number;
  #taking: Promise<void> | null = null;

  /** @param lastSize size that the newest snapshot has: what `loadFold` reported, or 0 */
  constructor(parts: SnapshotterParts, lastSize: number) {
    this.#parts = parts;
    this.#lastSize = lastSize;
  }

  /** Call it whenever entries have become durable. Returns at once; at most one snapshot is in the making. */
  consider(): void {
    const { ledger, everyEntries = 5_000, onFailed } = this.#parts;
    const { size } = ledger.head();
    if (this.#taking !== null || size - this.#lastSize < everyEntries) return;
    this.#lastSize = size;
    this.#taking = this.#take()
      .catch((error: unknown) => onFailed?.(error))
      .finally(() => {
        this.#taking = null;
      });
  }

  /** Resolves when no snapshot is in the making. */
  async settled(): Promise<void> {
    await this.#taking;
  }

  /** Waits for a snapshot in the making, then takes one of the head unless it is taken. Never throws. */
  async stop(): Promise<void> {
    await this.#taking;
    if (this.#parts.ledger.head().size === this.#lastSize) return;
    await this.#take().catch((error: unknown) => this.#parts.onFailed?.(error));
  }

  async #take(): Promise<void> {
    const { ledger, snapshots } = this.#parts;
    // Size and root of one moment, however far the ledger grows meanwhile.
    const head = ledger.head();
    const state = await loadFold({ ledger, snapshots, head });
    if (state.size === head.size) await snapshots.save(state, head.root);
    this.#lastSize = state.size;
  }
}
