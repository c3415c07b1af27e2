import type { Clock } from "../../../kernel/clock.ts";
import type { HashTree } from "../domain/hash-tree.ts";
import { findDifference } from "../domain/history.ts";
import { type Appended, LedgerFault } from "../domain/ledger.ts";
import { buildConsistencyProof, buildInclusionProof } from "../domain/proof.ts";
import type { CheckpointFile } from "./checkpoint-file.ts";
import { GroupCommit, type PendingBatch } from "./group-commit.ts";
import { appendBatch } from "./ledger-tables.ts";
import { differs } from "./load-history.ts";
import type { LogSigner, SignedHead } from "./log-signer.ts";
import { type Pen, releasePen, renewPen } from "./pen.ts";
import type { LedgerTiming } from "./timing.ts";
import type { WitnessClient } from "./witness-client.ts";
import { type CosignTarget, WitnessQuorum } from "./witness-quorum.ts";
import type { WriterConnection } from "./writer-connection.ts";

export type LedgerSessionParts = {
  readonly connection: WriterConnection;
  readonly pen: Pen;
  readonly tree: HashTree;
  readonly head: SignedHead;
  readonly signer: LogSigner;
  readonly file: CheckpointFile;
  readonly witnesses: { readonly clients: readonly WitnessClient[]; readonly quorum: number };
  readonly clock: Clock;
  readonly timing: LedgerTiming;
  /** Called once, when the session ends by a fault and not by `close`. */
  readonly onFault: (fault: LedgerFault) => void;
  /** Told of each entry that is durable, how long its caller waited for that, in milliseconds. */
  readonly onDurable: (waitedMs: number) => void;
  /** See `WitnessQuorumOptions.onOutage`. */
  readonly onWitnessOutage: (outage: string | null) => void;
};

/**
 * One holding of the pen: from a verified history to the first fault or to `close`. Nothing is retried
 * in here. After a fault the session answers reads and nothing else; who wants to append opens another.
 */
export class LedgerSession {
  readonly pen: Pen;
  readonly #parts: LedgerSessionParts;
  readonly #queue: GroupCommit;
  readonly #quorum: WitnessQuorum;
  readonly #renewal: NodeJS.Timeout;
  /** Runs ahead of `#head` while a batch is on its way; nothing beyond `#head.size` is shown to anybody. */
  readonly #tree: HashTree;
  #head: SignedHead;
  #fault: LedgerFault | null = null;
  #renewedAt: number;
  #fileTimer: NodeJS.Timeout | undefined;

  constructor(parts: LedgerSessionParts) {
    this.#parts = parts;
    this.pen = parts.pen;
    this.#tree = parts.tree;
    this.#head = parts.head;
    this.#renewedAt = parts.clock.monotonic();
    this.#queue = new GroupCommit(
      (batch) => this.#commit(batch),
      (fault) => this.fail(fault),
      parts.onDurable,
    );
    this.#quorum = new WitnessQuorum({
      clients: parts.witnesses.clients,
      quorum: parts.witnesses.quorum,
      clock: parts.clock,
      timing: parts.timing,
      target: () => this.#target(),
      beforeRound: (target) => parts.file.write(target.size, target.note),
      onRoundFailed: (error) => this.fail(fileFault(parts.file, error)),
      onOutage: parts.onWitnessOutage,
      onSuspicion: (client) => this.#investigate(client),
    });
    this.#renewal = setInterval(() => void this.#renew(), parts.timing.penRenewMs);
    this.#renewal.unref();
    this.#quorum.start();
  }

  get head(): SignedHead {
    return this.#head;
  }

  /** Entries that are not durable yet. */
  get waiting(): number {
    return this.#queue.waiting;
  }

  get quorum(): WitnessQuorum {
    return this.#quorum;
  }

  append(entry: Uint8Array): Promise<Appended> {
    return this.#queue.append(entry);
  }

  leaf(index: number): Buffer {
    return this.#tree.leaf(index);
  }

  inclusionProof(index: number, size: number): Buffer[] {
    this.#requireDurable(size);
    return buildInclusionProof(this.#tree, index, size);
  }

  consistencyProof(fromSize: number, toSize: number): Buffer[] {
    this.#requireDurable(toSize);
    return buildConsistencyProof(this.#tree, fromSize, toSize);
  }

  /** Ends the session at once: what is queued is refused, what is on its way fails, the pen is kept. */
  fail(fault: LedgerFault): void {
    if (this.#fault !== null) return;
    this.#end(fault);
    this.#parts.connection.destroy();
    this.#parts.onFault(fault);
  }

  /**
   * Commits what is queued, keeps the last checkpoint outside the database and, where they answer in time,
   * with the witnesses, gives the pen up. After a fault: false, and nothing.
   */
  async close(): Promise<boolean> {
    await this.#queue.settled();
    if (this.#fault !== null) return false;
    const closed = new LedgerFault("closed", "the ledger was closed");
    this.#queue.stop(closed);
    const { connection, file, timing } = this.#parts;
    try {
      await file.write(this.#head.size, this.#head.note);
      await this.#quorum.showLast(timing.witnessCloseMs);
    } finally {
      // Unless it was lost meanwhile. A full disk must not make the next start wait for the pen to go stale.
      if (this.#fault === null) {
        this.#end(closed);
        await releasePen(connection, this.pen).finally(() => connection.end());
      }
    }
    return this.#fault === closed;
  }

  /** Ends the session for a reopening: a batch on its way settles first, the pen is kept. */
  async suspend(): Promise<void> {
    if (this.#fault === null) this.#end(new LedgerFault("closed", "the ledger is being reopened"));
    await this.#queue.settled();
    this.#parts.connection.destroy();
  }

  #end(fault: LedgerFault): void {
    this.#fault = fault;
    clearInterval(this.#renewal);
    clearTimeout(this.#fileTimer);
    this.#queue.stop(fault);
    this.#quorum.stop(fault);
  }

  async #commit(batch: PendingBatch): Promise<number> {
    const fromSize = this.#head.size;
    for (const leaf of batch.leafHashes) this.#tree.append(leaf);
    const root = Buffer.from(this.#tree.root());
    const head = await this.#parts.signer.signHead(this.#tree.size, root);
    const inserted = await this.#write({ fromSize, head, batch });
    if (inserted === 0) {
      throw new LedgerFault(
        "fenced",
        "another process holds the pen of this ledger, or the tree head was changed: nothing was written. " +
          "Stop this process, or reopen to see who holds it",
      );
    }
    if (inserted !== batch.entries.length) throw outcomeUnknown(`${inserted} rows were inserted`);
    this.#head = head;
    this.#renewedAt = this.#parts.clock.monotonic();
    this.#keepCheckpointSoon();
    return fromSize;
  }

  async #write(write: {
    fromSize: number;
    head: SignedHead;
    batch: PendingBatch;
  }): Promise<number> {
    const { fromSize, head, batch } = write;
    try {
      return await appendBatch(this.#parts.connection, { pen: this.pen, fromSize, head, ...batch });
    } catch (cause) {
      throw outcomeUnknown(cause instanceof Error ? cause.message : "unknown error", cause);
    }
  }

  #keepCheckpointSoon(): void {
    this.#fileTimer ??= setTimeout(() => {
      this.#fileTimer = undefined;
      this.#parts.file.write(this.#head.size, this.#head.note).catch((error: unknown) => {
        this.fail(fileFault(this.#parts.file, error));
      });
    }, this.#parts.timing.checkpointFileMs);
  }

  async #renew(): Promise<void> {
    const { clock, timing } = this.#parts;
    // Each append renews too.
    if (clock.monotonic() - this.#renewedAt < timing.penRenewMs / 2) return;
    this.#renewedAt = clock.monotonic();
    try {
      if (!(await renewPen(this.#parts.connection, this.pen))) {
        this.fail(new LedgerFault("fenced", "another process took the pen of this ledger"));
      }
    } catch (cause) {
      this.fail(
        new LedgerFault("closed", "the connection that holds the pen was lost; reopen the ledger", {
          cause,
        }),
      );
    }
  }

  #target(): CosignTarget {
    const head = this.#head;
    return { ...head, proofFrom: async (size) => this.consistencyProof(size, head.size) };
  }

  /** Believes a witness only with our own signature under what it says. */
  async #investigate(client: WitnessClient): Promise<void> {
    const remembered = await client.latest(this.#parts.timing.witnessAttemptMs).catch(() => null);
    if (remembered === null || this.#fault !== null) return;
    const head = this.#head;
    const difference = findDifference(
      { size: head.size, root: (n) => this.#tree.root(n) },
      remembered,
    );
    if (difference === null) return;
    // A successor's checkpoints look the same from here: then we are merely fenced.
    const isOurs = await renewPen(this.#parts.connection, this.pen).catch(() => true);
    this.fail(
      isOurs
        ? differs(difference)
        : new LedgerFault("fenced", `another process took the pen: ${difference}`),
    );
  }

  #requireDurable(size: number): void {
    if (size > this.#head.size) {
      throw new RangeError(`no proof for ${size} entries: ${this.#head.size} are durable`);
    }
  }
}

function outcomeUnknown(detail: string, cause?: unknown): LedgerFault {
  return new LedgerFault(
    "write-outcome-unknown",
    `PostgreSQL did not confirm the append (${detail}): it may or may not be on disk. Reopen the ledger to see`,
    { cause },
  );
}

function fileFault(file: CheckpointFile, cause: unknown): LedgerFault {
  const detail = cause instanceof Error ? cause.message : "unknown error";
  return new LedgerFault(
    "closed",
    `the checkpoint outside the database could not be written to ${file.path} (${detail}). Check the disk and the ` +
      "folder, then reopen the ledger",
    { cause },
  );
}
