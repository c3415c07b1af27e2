import { setImmediate as nextTurn } from "node:timers/promises";
import type { Commitment } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import { decodeEntry } from "../../decisions/domain/entry.ts";
import type { Ledger } from "../domain/ledger.ts";
import { keyOf } from "../projection/domain/change.ts";
import { changesOfEntry } from "../projection/domain/changes-of-entry.ts";
import { RowBook } from "../projection/domain/row-book.ts";
import { TABLE_NAMES } from "../projection/domain/tables.ts";
import { IndexWaiters, ProjectionLate } from "./index-waiters.ts";
import { textsNow, withTexts } from "./open-texts.ts";
import type { OpeningSource, ProjectionStore, RowWrites, TableWrites } from "./projection-store.ts";
import { Turns } from "./turns.ts";

export type ProjectorParts = {
  readonly ledger: Pick<Ledger, "head" | "entries">;
  readonly store: ProjectionStore;
  readonly openings: OpeningSource;
  /** Entries a transaction. Default 200. */
  readonly batchEntries?: number;
  /** How often the head is looked at when nobody calls `wake`. Default 100 ms; it is a look in memory. */
  readonly pollMs?: number;
  /** Each attempt that failed, and why; it is tried again. */
  readonly onFault?: (error: unknown, status: ProjectorStatus) => void;
  /** A row or the cursor was not as it was left. Names the table and ids, never contents. */
  readonly onDamage?: (what: string) => void;
};

export type ProjectorStatus = {
  readonly state: "running" | "retrying" | "stopped";
  /** Index of the first entry that is not projected yet. */
  readonly next: number;
  /** Entries that are durable and not projected yet. */
  readonly behind: number;
  /** Attempts that failed since the last that worked, and what the last one said. */
  readonly failures: number;
  readonly lastError: string | null;
};

const MAX_BACKOFF_MS = 10_000;

/**
 * Carries ledger entries into the tables that the console and lists read. Nothing waits for it but who
 * asks to: a database that refuses, or an entry that cannot be projected, is tried again for ever with
 * growing pauses, and shown in `status`; decisions and releases do not notice.
 *
 * Every entry takes effect once, however many projectors run and however often they crash: rows and the
 * cursor change in one transaction, and only where the cursor still stands where this projector read it.
 */
export class Projector {
  readonly #parts: ProjectorParts;
  readonly #waiters = new IndexWaiters();
  #running: Promise<void> | null = null;
  #stopping = false;
  #wake: (() => void) | null = null;
  /** Somebody woke it since the last look at the head. */
  #isWoken = false;
  /** Null: not known, to be read from the database before anything is written. */
  #next: number | null = null;
  #failures = 0;
  #lastError: string | null = null;
  #rebuildAsked = false;

  constructor(parts: ProjectorParts) {
    this.#parts = parts;
  }

  get status(): ProjectorStatus {
    const next = this.#next ?? this.#waiters.reached;
    return {
      state: this.#running === null ? "stopped" : this.#failures > 0 ? "retrying" : "running",
      next,
      behind: Math.max(0, this.#parts.ledger.head().size - next),
      failures: this.#failures,
      lastError: this.#lastError,
    };
  }

  /** Returns at once; never throws. */
  start(): void {
    if (this.#running !== null) return;
    this.#stopping = false;
    this.#running = this.#run().finally(() => {
      this.#running = null;
      this.#waiters.rejectAll(new ProjectionLate("the projector was stopped"));
    });
  }

  /** Says that entries have become durable: they are projected now instead of with others at the next look. */
  wake(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  /**
   * Resolves when the entry of this index can be read from the tables: what a person just did is in what
   * they see next. @throws ProjectionLate after the deadline, or when the projector stops
   */
  reached(index: number, deadlineMs = 5_000): Promise<void> {
    this.wake();
    return this.#waiters.wait(index, deadlineMs);
  }

  /** Empties the tables and projects every entry anew, from the running loop. Resolves when it has begun to. */
  async rebuild(): Promise<void> {
    this.#rebuildAsked = true;
    this.wake();
    if (this.#running === null) await this.#emptyTables();
  }

  /** After openings were erased or came late: columns in clear show what opens now. */
  async refreshTexts(tenant: TenantId, commitments: readonly Commitment[]): Promise<void> {
    const { store, openings } = this.#parts;
    await store.retext(tenant, await textsNow(tenant, commitments, openings));
  }

  /** Ends after the batch that is being written. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        this.#isWoken = false;
        const isBehind = await this.#step();
        this.#recovered();
        if (isBehind || this.#isWoken) await nextTurn();
        else await this.#pause(this.#parts.pollMs ?? 100);
      } catch (error) {
        this.#failures += 1;
        this.#lastError = error instanceof Error ? error.message : String(error);
        // What was written is not known: read it before writing again.
        this.#next = null;
        this.#parts.onFault?.(error, this.status);
        await this.#pause(Math.min(MAX_BACKOFF_MS, 50 * 2 ** Math.min(this.#failures, 10)));
      }
    }
  }

  /** One batch. False when it reached the head as it was at the beginning. */
  async #step(): Promise<boolean> {
    const { ledger, store, batchEntries = 200 } = this.#parts;
    if (this.#rebuildAsked) await this.#emptyTables();
    const from = this.#next ?? (await this.#readPosition());
    const { size } = ledger.head();
    const to = Math.min(size, from + batchEntries);
    if (to <= from) return false;
    const book = new RowBook();
    const turns = new Turns();
    for await (const { index, bytes } of ledger.entries(from, to)) {
      book.take(changesOfEntry(index, decodeEntry(bytes)));
      if (turns.isOver) await turns.pass();
    }
    const outcome = await store.write(from, to, await this.#writesOf(book));
    if (outcome.status === "fenced") {
      this.#next = null;
      return true;
    }
    for (const { table, key } of outcome.missing) {
      this.#parts.onDamage?.(`projection.${table} lacks the row ${JSON.stringify(key)}`);
    }
    this.#recovered(); // before whoever waits for the entry looks at the status
    this.#moveTo(to);
    return to < size;
  }

  #recovered(): void {
    this.#failures = 0;
    this.#lastError = null;
  }

  /**
   * The cursor is believed only where the audit entries end just before it: a cursor that was moved, or
   * set back with the rows left as they are, ends in a rebuild.
   */
  async #readPosition(): Promise<number> {
    const { next, highest } = await this.#parts.store.position();
    if (next === (highest ?? -1) + 1) {
      this.#moveTo(next);
      return next;
    }
    if (next !== null || highest !== null) {
      this.#parts.onDamage?.("projection.cursor does not stand where the projected entries end");
    }
    await this.#emptyTables();
    return 0;
  }

  async #emptyTables(): Promise<void> {
    await this.#parts.store.reset();
    this.#rebuildAsked = false;
    this.#moveTo(0);
  }

  #moveTo(next: number): void {
    this.#next = next;
    this.#waiters.moveTo(next);
  }

  async #writesOf(book: RowBook): Promise<TableWrites> {
    const { openings } = this.#parts;
    const writes = new Map<(typeof TABLE_NAMES)[number], RowWrites>();
    for (const table of TABLE_NAMES) {
      const pending = [...book.rows(table).values()];
      if (pending.length === 0) continue;
      const put = pending.flatMap((it) => (it.mode === "put" ? [it.row] : []));
      const add = pending.flatMap((it) => (it.mode === "add" ? [it.row] : []));
      const set = pending.flatMap((it) =>
        it.mode === "put" || Object.keys(it.values).length === 0
          ? []
          : [{ ...(it.mode === "set" ? it.key : keyOf(table, it.row)), ...it.values }],
      );
      writes.set(table, {
        put: await withTexts(table, put, openings),
        add: await withTexts(table, add, openings),
        set,
        remove: [],
      });
    }
    return writes;
  }

  #pause(ms: number): Promise<void> {
    if (this.#stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), ms);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
    });
  }
}
