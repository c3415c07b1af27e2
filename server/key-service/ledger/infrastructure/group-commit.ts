import { type Appended, LedgerFault } from "../domain/ledger.ts";
import { leafHash } from "../domain/merkle.ts";

/** Largest entry, RFC 6962 style: what two length bytes can say. */
export const maxEntryBytes = 65_535;
const maxBatchEntries = 512;
const maxBatchBytes = 4 * 1024 * 1024;

export type PendingBatch = {
  readonly entries: readonly Buffer[];
  /** One for each entry, 32 bytes. */
  readonly leafHashes: readonly Buffer[];
};

type Waiting = {
  readonly bytes: Buffer;
  readonly leaf: Buffer;
  /** On the monotonic clock. */
  readonly sinceMs: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (fault: LedgerFault) => void;
};

/**
 * The queue in front of a single writer. Entries are committed in the order of the calls; while one batch
 * is on its way to disk the next one gathers, so one fsync serves all callers that waited for it. After a
 * failed batch nothing is committed any more: its callers get the fault, those behind it get `closed`,
 * because their entries were never sent.
 */
export class GroupCommit {
  /** Makes a batch durable and returns the index of its first entry. @throws LedgerFault */
  readonly #commit: (batch: PendingBatch) => Promise<number>;
  readonly #onFailure: (fault: LedgerFault) => void;
  /** Told of each entry that is durable, how long its caller waited for that. */
  readonly #onDurable: (waitedMs: number) => void;
  #underWay = 0;
  #queue: Waiting[] = [];
  #fault: LedgerFault | null = null;
  #drained: Promise<void> | null = null;

  constructor(
    commit: (batch: PendingBatch) => Promise<number>,
    onFailure: (fault: LedgerFault) => void,
    onDurable: (waitedMs: number) => void = () => {},
  ) {
    this.#commit = commit;
    this.#onFailure = onFailure;
    this.#onDurable = onDurable;
  }

  /** Entries that are not durable yet, those on their way to the disk among them. */
  get waiting(): number {
    return this.#queue.length + this.#underWay;
  }

  /** See `Ledger.append`. The bytes are copied. */
  append(entry: Uint8Array): Promise<Appended> {
    if (this.#fault !== null) return Promise.reject(notWritten(this.#fault));
    if (entry.length > maxEntryBytes) {
      const message = `an entry has at most ${maxEntryBytes} bytes, this one has ${entry.length}`;
      return Promise.reject(new LedgerFault("entry-too-large", message));
    }
    return new Promise((resolve, reject) => {
      const bytes = Buffer.from(entry);
      const sinceMs = performance.now();
      this.#queue.push({ bytes, leaf: leafHash(bytes), sinceMs, resolve, reject });
      this.#drained ??= this.#drain();
    });
  }

  /** Resolves when nothing is queued and nothing on its way. */
  async settled(): Promise<void> {
    while (this.#drained !== null) await this.#drained;
  }

  /** Takes no more entries and gives up those that were not sent. A batch on its way still settles. */
  stop(fault: LedgerFault): void {
    this.#fault ??= fault;
    for (const waiting of this.#queue.splice(0)) waiting.reject(notWritten(fault));
  }

  async #drain(): Promise<void> {
    // One turn of the event loop, so that callers of the same tick, and those whose entry has just been
    // committed and who append again, share a batch.
    await nextTurn();
    while (this.#queue.length > 0) {
      await this.#commitBatch(this.#takeBatch());
      await nextTurn();
    }
    // In the same step as the last look at the queue: an entry that comes later starts a new drain.
    this.#drained = null;
  }

  async #commitBatch(batch: readonly Waiting[]): Promise<void> {
    this.#underWay = batch.length;
    try {
      const first = await this.#commit({
        entries: batch.map((w) => w.bytes),
        leafHashes: batch.map((w) => w.leaf),
      });
      const nowMs = performance.now();
      batch.forEach((waiting, i) => {
        waiting.resolve({ index: first + i });
        this.#onDurable(nowMs - waiting.sinceMs);
      });
    } catch (error) {
      const fault = asFault(error);
      this.stop(fault); // Empties the queue, so that nothing follows an unknown outcome.
      for (const waiting of batch) waiting.reject(fault);
      this.#onFailure(fault);
    } finally {
      this.#underWay = 0;
    }
  }

  #takeBatch(): Waiting[] {
    let count = 0;
    let bytes = 0;
    for (const waiting of this.#queue) {
      bytes += waiting.bytes.length;
      if (count > 0 && (count === maxBatchEntries || bytes > maxBatchBytes)) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }
}

function notWritten(fault: LedgerFault): LedgerFault {
  return new LedgerFault(
    "closed",
    `the entry was not written: the ledger is closed (${fault.message})`,
    {
      cause: fault,
    },
  );
}

function asFault(error: unknown): LedgerFault {
  if (error instanceof LedgerFault) return error;
  return new LedgerFault(
    "write-outcome-unknown",
    "the append failed in an unforeseen way; reopen the ledger",
    {
      cause: error,
    },
  );
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
