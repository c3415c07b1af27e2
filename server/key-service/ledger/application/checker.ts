import { decodeEntry } from "../../decisions/domain/entry.ts";
import type { Ledger } from "../domain/ledger.ts";
import type { AnyRow } from "../projection/domain/change.ts";
import { changesOfEntry } from "../projection/domain/changes-of-entry.ts";
import { RowBook } from "../projection/domain/row-book.ts";
import { TABLE_NAMES, type TableName } from "../projection/domain/tables.ts";
import { checkLedger } from "./check-ledger.ts";
import { checkEnvelopes, checkOpenings } from "./check-primary.ts";
import { type CheckReport, Findings } from "./check-report.ts";
import type { CheckedDatabase, DatabaseSnapshot } from "./checked-database.ts";
import { CommitmentHomes } from "./commitment-homes.ts";
import { EntryRows, TABLES_BY_ENTRY } from "./compare-by-entry.ts";
import { type Affected, type Comparison, compareTable } from "./compare-rows.ts";
import { withTexts } from "./open-texts.ts";
import type { OpeningSource, ProjectionStore, RowWrites } from "./projection-store.ts";
import type { Snapshots } from "./snapshot.ts";
import { Turns } from "./turns.ts";

export type CheckerParts = {
  readonly ledger: Ledger;
  readonly database: CheckedDatabase;
  readonly store: ProjectionStore;
  readonly openings: OpeningSource;
  readonly snapshots: Snapshots;
};

/** How many entries' rows are expected at a time. */
const ENTRIES_COMPARED = 500;
const REPAIR_ROWS = 500;
const REPAIR_ATTEMPTS = 20;
/** Where more than this differs, the tables are made anew. */
const MOST_REPAIRED = 5_000;

/** What a comparison leaves behind for the repair. */
type Compared = {
  /** Where the projections stood. */
  readonly next: number | null;
  readonly isTrue: boolean;
  readonly isCursorLost: boolean;
};

/**
 * Compares what the database holds with what the ledger says, row by row, and repairs what follows from
 * the ledger. The ledger's own rows are held against the tree in this process's memory; envelopes and
 * openings against the digests and commitments in its entries; projections against the rows that its
 * entries make.
 *
 * Whoever edits tables while a check runs may be found by the next one only. What a check cannot tell
 * from honest work, an opening that was deleted, it does not report: erasing is allowed.
 */
export class Checker {
  readonly #parts: CheckerParts;

  constructor(parts: CheckerParts) {
    this.#parts = parts;
  }

  /** @throws what the database or the token answers; repairs that were made stand */
  async run(): Promise<CheckReport> {
    const { ledger, database, store } = this.#parts;
    const sizeBefore = ledger.head().size;
    const findings = new Findings();
    const book = new RowBook();
    const affected: Affected[] = [];
    const onDiffers = (row: Affected) => affected.length <= MOST_REPAIRED && affected.push(row);
    const compared = await database.inSnapshot((snapshot) =>
      this.#compare({ snapshot, findings, onDiffers }, book, sizeBefore),
    );
    await this.#checkSnapshots(findings);
    const { next, isTrue } = compared;
    if (compared.isCursorLost) {
      const problem = next === null ? "missing" : "changed";
      findings.add("projection.cursor", {}, problem, "next_index", true);
    }
    if (compared.isCursorLost || affected.length > MOST_REPAIRED) await store.reset();
    else if (affected.length > 0) await this.#repair(book, next ?? 0, affected);
    return findings.report(next ?? 0, isTrue);
  }

  /** Fills the book with the rows that entries change; of other tables it gets the rows to repair. */
  async #compare(comparison: Comparison, book: RowBook, sizeBefore: number): Promise<Compared> {
    const { snapshot, findings } = comparison;
    const { ledger } = this.#parts;
    const next = await snapshot.cursor();
    const { isTrue, treeSize } = await checkLedger({ snapshot, ledger, sizeBefore, findings });
    // What is wrong with the ledger cannot be told apart from what follows from it.
    if (!isTrue) return { next, isTrue, isCursorLost: false };
    const isCursorLost = next === null ? await hasRows(snapshot) : next < 0 || next > treeSize;
    const projected = Math.min(Math.max(next ?? 0, 0), treeSize);
    const homes = await readBook(comparison, { book, projected, isComparing: !isCursorLost });
    await checkEnvelopes(snapshot, book, findings);
    await checkOpenings(snapshot, homes, findings);
    if (!isCursorLost) {
      for (const table of TABLE_NAMES) {
        if (!TABLES_BY_ENTRY.has(table)) await compareTable(comparison, table, book);
      }
    }
    return { next, isTrue, isCursorLost };
  }

  async #checkSnapshots(findings: Findings): Promise<void> {
    const { snapshots, ledger } = this.#parts;
    for (const { size } of await snapshots.damaged(ledger)) {
      await snapshots.remove(size);
      findings.add("keyservice.snapshot", { size }, "changed", null, true);
    }
  }

  /**
   * Writes rows as the ledger makes them, behind the cursor's fence: where the projector went on
   * meanwhile, the rows are carried on to where it stands and written then.
   */
  async #repair(book: RowBook, from: number, affected: readonly Affected[]): Promise<void> {
    const { store } = this.#parts;
    let at = from;
    let done = 0;
    for (let attempt = 0; done < affected.length; ) {
      const some = affected.slice(done, done + REPAIR_ROWS);
      const outcome = await store.write(at, at, await this.#writesOf(book, some));
      if (outcome.status === "written") {
        done += some.length;
        continue;
      }
      attempt += 1;
      const { next } = await store.position();
      // Somebody rebuilds the tables: that repairs them as well.
      if (next === null || next < at) return;
      if (attempt > REPAIR_ATTEMPTS)
        throw new Error("the projector left no time to repair its tables");
      await this.#carryOn(book, at, next);
      at = next;
    }
  }

  async #carryOn(book: RowBook, from: number, to: number): Promise<void> {
    if (to === from) return;
    for await (const { index, bytes } of this.#parts.ledger.entries(from, to)) {
      book.take(changesOfEntry(index, decodeEntry(bytes)));
    }
  }

  async #writesOf(book: RowBook, some: readonly Affected[]) {
    const writes = new Map<TableName, RowWrites>();
    for (const table of TABLE_NAMES) {
      const own = some.filter((it) => it.table === table);
      if (own.length === 0) continue;
      const rows = own.flatMap(({ id }) => book.whole(table, id) ?? []);
      const remove = own
        .filter(({ id }) => book.whole(table, id) === undefined)
        .map((it) => it.key);
      const put = await withTexts(table, rows as AnyRow[], this.#parts.openings);
      writes.set(table, { put, add: [], set: [], remove });
    }
    return writes;
  }
}

async function hasRows(snapshot: DatabaseSnapshot): Promise<boolean> {
  for await (const _ of snapshot.rows("audit_entry")) return true;
  return false;
}

/**
 * Reads the projected entries, which were proven in this snapshot, into the book, and compares the tables that
 * grow with them on the way.
 */
async function readBook(
  comparison: Comparison,
  of: { readonly book: RowBook; readonly projected: number; readonly isComparing: boolean },
): Promise<CommitmentHomes> {
  const { book, projected } = of;
  const homes = new CommitmentHomes();
  const byEntry = new Map<TableName, EntryRows>();
  if (of.isComparing) {
    for (const table of TABLES_BY_ENTRY) byEntry.set(table, new EntryRows(comparison, table, book));
  }
  const compareBefore = async (entry: number) => {
    for (const table of byEntry.values()) await table.compareBefore(entry);
  };
  const turns = new Turns();
  for await (const { index, bytes } of comparison.snapshot.entries(projected)) {
    const changes = changesOfEntry(index, decodeEntry(bytes));
    homes.take(changes);
    for (const change of changes) {
      if (!TABLES_BY_ENTRY.has(change.table)) book.take([change]);
      else byEntry.get(change.table)?.expect(change);
    }
    if ((index + 1) % ENTRIES_COMPARED === 0) await compareBefore(index + 1);
    await turns.pass();
  }
  await compareBefore(Number.POSITIVE_INFINITY);
  return homes;
}
