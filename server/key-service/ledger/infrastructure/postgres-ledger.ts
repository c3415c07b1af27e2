import { Pool } from "pg";
import { outliveLostConnections } from "../../../db/pool.ts";
import {
  type Appended,
  type Ledger,
  LedgerFault,
  type SignedCheckpoint,
  type StoredEntry,
  type TreeHead,
} from "../domain/ledger.ts";
import { leafHash } from "../domain/merkle.ts";
import { withCosignatures } from "./cosigned-note.ts";
import type { LedgerSession } from "./ledger-session.ts";
import { readEntries } from "./ledger-tables.ts";
import { differs } from "./load-history.ts";
import {
  type OpeningParts,
  openSession,
  type PostgresLedgerOptions,
  prepareOpening,
} from "./open-session.ts";
import { releasePen } from "./pen.ts";
import type { WitnessTime } from "./witness-time.ts";
import { WriterConnection } from "./writer-connection.ts";

/**
 * `Ledger` on PostgreSQL: one writer with group commit (decision 0003). Reads are answered after a fault
 * too, up to the last head that was known to be durable.
 */
export class PostgresLedger implements Ledger {
  readonly #parts: OpeningParts;
  readonly #pool: Pool;
  #session: LedgerSession;
  #reopening: Promise<void> | null = null;
  #isClosed = false;

  private constructor(parts: OpeningParts, session: LedgerSession) {
    this.#parts = parts;
    this.#session = session;
    this.#pool = new Pool({
      ...parts.options.database,
      max: 2,
      connectionTimeoutMillis: parts.timing.connectTimeoutMs,
      statement_timeout: parts.timing.statementTimeoutMs,
      query_timeout: parts.timing.writeDeadlineMs,
    });
    outliveLostConnections(this.#pool);
  }

  /**
   * Takes the pen, proves the history, starts the heartbeat of the witnesses.
   * @param standby where given, waits for the pen until this is aborted; otherwise a held pen is a fault
   * @throws LedgerFault `fenced`, `history-differs`, `not-witnessed`, or `closed` with what PostgreSQL or the
   *   file system answered as its cause
   */
  static async open(
    options: PostgresLedgerOptions,
    standby?: AbortSignal,
  ): Promise<PostgresLedger> {
    const parts = prepareOpening(options);
    return new PostgresLedger(parts, await openSession(parts, standby));
  }

  head(): TreeHead {
    const { size, root } = this.#session.head;
    return { size, root };
  }

  append(entry: Uint8Array): Promise<Appended> {
    return this.#session.append(entry);
  }

  /** `deadlineMs` counts from the call. Works after restarts too: it needs no memory of the append. */
  async witnessed(atLeastSize: number, deadlineMs: number): Promise<SignedCheckpoint> {
    const { size } = this.#session.head;
    if (atLeastSize > size) {
      throw new RangeError(`nothing to witness: ${atLeastSize} entries asked, ${size} are durable`);
    }
    return this.#session.quorum.wait(atLeastSize, deadlineMs);
  }

  /**
   * Each entry is hashed and compared with its leaf in the verified tree: an edited row ends the stream.
   * @throws LedgerFault `history-differs`; RangeError beyond the durable head
   */
  async *entries(from: number, to: number): AsyncGenerator<StoredEntry> {
    const session = this.#session;
    if (from < 0 || from > to || to > session.head.size) {
      throw new RangeError(`no entries [${from}, ${to}) in a ledger of ${session.head.size}`);
    }
    let next = from;
    for await (const entry of readEntries(this.#pool, from, to)) {
      if (entry.index !== next || !leafHash(entry.bytes).equals(session.leaf(next))) {
        throw differs(`entry ${next} in the database is not the one that was appended`);
      }
      yield entry;
      next += 1;
    }
    if (next !== to) throw differs(`entry ${next} is missing in the database`);
  }

  /**
   * Hashes the bytes of every entry again, for the background after a start from stored leaves.
   * @param onProgress called about every thousand entries with the number verified so far
   * @throws LedgerFault `history-differs`; the ledger is then closed
   */
  async verifyFully(onProgress: (verified: number) => void): Promise<void> {
    const session = this.#session;
    const { size } = session.head;
    try {
      for await (const { index } of this.entries(0, size)) {
        if ((index + 1) % 1_000 === 0 || index + 1 === size) onProgress(index + 1);
      }
    } catch (error) {
      if (error instanceof LedgerFault) session.fail(error);
      throw error;
    }
  }

  async inclusionProof(index: number, size: number): Promise<Buffer[]> {
    return this.#session.inclusionProof(index, size);
  }

  async consistencyProof(fromSize: number, toSize: number): Promise<Buffer[]> {
    return this.#session.consistencyProof(fromSize, toSize);
  }

  checkpoint(): SignedCheckpoint {
    const { head, quorum } = this.#session;
    return withCosignatures(head, quorum.cosignaturesOf(head.size));
  }

  /** The newest checkpoint that satisfied the witness quorum since the ledger was opened. */
  witnessedCheckpoint(): SignedCheckpoint | null {
    return this.#session.quorum.newestSatisfied();
  }

  /** The newest time that a quorum of witnesses signed; the clock check compares with it. */
  newestWitnessTime(): WitnessTime | null {
    return this.#session.quorum.newestTime();
  }

  /** The number of the pen's taker, and how many entries are not durable yet: for figures. */
  vitals(): { readonly fence: number; readonly queued: number } {
    return { fence: this.#session.pen.fence, queued: this.#session.waiting };
  }

  showHead(): void {
    this.#session.quorum.show();
  }

  /** Has the newest head cosigned at once, without waiting for the heartbeat: after a suspend, say. */
  refreshWitnesses(): void {
    this.#session.quorum.refresh();
  }

  /**
   * Reads and verifies what is on disk, under a new fence, and goes on from there. Callers that come
   * together share one reopening. On failure the ledger stays closed, and this may be called again.
   */
  reopen(): Promise<void> {
    if (this.#isClosed)
      return Promise.reject(new LedgerFault("closed", "the ledger was closed for good"));
    this.#reopening ??= this.#reopen().finally(() => {
      this.#reopening = null;
    });
    return this.#reopening;
  }

  /** Commits what is queued, keeps the last checkpoint, shows it to the witnesses, gives the pen up. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#reopening?.catch(() => undefined);
    try {
      if (!(await this.#session.close())) await this.#giveUpPen();
    } finally {
      await this.#pool.end();
    }
  }

  /** After a fault the session's connection is gone. If this fails too, the pen goes stale by itself. */
  async #giveUpPen(): Promise<void> {
    const { options, timing, lastPen } = this.#parts;
    if (lastPen === null) return;
    const connection = await WriterConnection.open(options.database, timing).catch(() => null);
    if (connection === null) return;
    await releasePen(connection, lastPen).catch(() => undefined);
    connection.destroy();
  }

  async #reopen(): Promise<void> {
    // Quietly: the owner asked for it.
    await this.#session.suspend();
    this.#session = await openSession(this.#parts, undefined);
  }
}
