import { decodeEntry } from "../../decisions/domain/entry.ts";
import type { Ledger } from "../domain/ledger.ts";
import { type AnyRow, keyOf, rowId } from "../projection/domain/change.ts";
import { changesOfEntry } from "../projection/domain/changes-of-entry.ts";
import { comparable } from "../projection/domain/comparable.ts";
import { RowBook } from "../projection/domain/row-book.ts";
import { shapeOf, TABLE_NAMES, type TableName } from "../projection/domain/tables.ts";
import { checkLedger } from "./check-ledger.ts";
import { checkEnvelopes, checkOpenings, type OpenedTexts, textKey } from "./check-primary.ts";
import { type CheckReport, Findings } from "./check-report.ts";
import type { CheckedDatabase, DatabaseSnapshot, TextRow } from "./checked-database.ts";
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

/** A row of a projection that differs: to be written as expected, or taken away. */
type Affected = { readonly table: TableName; readonly id: string; readonly key: AnyRow };

const REPAIR_ROWS = 500;
const REPAIR_ATTEMPTS = 20;

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
    const { ledger, database } = this.#parts;
    const sizeBefore = ledger.head().size;
    const findings = new Findings();
    const book = new RowBook();
    const affected: Affected[] = [];
    const compared = await database.inSnapshot(async (snapshot) => {
      const next = await snapshot.cursor();
      const { isTrue, treeSize } = await checkLedger({
        snapshot,
        ledger,
        sizeBefore,
        projected: next ?? 0,
        book,
        findings,
      });
      // What is wrong with the ledger cannot be told apart from what follows from it.
      if (!isTrue) return { next, isTrue, isCursorLost: false };
      await checkEnvelopes(snapshot, book, findings);
      const texts = await checkOpenings(snapshot, book, findings);
      const isCursorLost = next === null ? await hasRows(snapshot) : next < 0 || next > treeSize;
      if (!isCursorLost) {
        for (const table of TABLE_NAMES) {
          affected.push(...(await compareTable(snapshot, table, book, texts, findings)));
        }
      }
      return { next, isTrue, isCursorLost };
    });
    await this.#checkSnapshots(findings);
    if (compared.isCursorLost) {
      await this.#parts.store.reset();
      findings.add(
        "projection.cursor",
        {},
        compared.next === null ? "missing" : "changed",
        "next_index",
        true,
      );
    } else if (affected.length > 0) {
      await this.#repair(book, compared.next ?? 0, affected);
    }
    return findings.report(compared.next ?? 0, compared.isTrue);
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

/** Each row against what the entries make of it; names every column that differs. */
async function compareTable(
  snapshot: DatabaseSnapshot,
  table: TableName,
  book: RowBook,
  texts: OpenedTexts,
  findings: Findings,
): Promise<Affected[]> {
  const affected: Affected[] = [];
  const named = `projection.${table}`;
  const unseen = new Set(book.rows(table).keys());
  const turns = new Turns();
  const found = (id: string, key: AnyRow) => affected.push({ table, id, key });
  for await (const row of snapshot.rows(table)) {
    findings.rowsCompared += 1;
    await turns.pass();
    const id = idOf(table, row);
    const expected = book.whole(table, id);
    const key = keyOf(table, row);
    if (expected === undefined) {
      findings.add(named, key, "unknown-row", null, true);
      found(id, key);
      continue;
    }
    unseen.delete(id);
    const columns = differing(table, expected, row, texts);
    for (const column of columns) findings.add(named, key, "changed", column, true);
    if (columns.length > 0) found(id, key);
  }
  for (const id of unseen) {
    const key = keyOf(table, book.whole(table, id) ?? {});
    findings.add(named, key, "missing", null, true);
    found(id, key);
  }
  return affected;
}

function differing(table: TableName, expected: AnyRow, row: TextRow, texts: OpenedTexts): string[] {
  const { columns, opened } = shapeOf(table);
  const changed = Object.entries(columns)
    .filter(([column, kind]) => comparable(kind, expected[column]) !== row[column])
    .map(([column]) => column);
  for (const [column, { from, label }] of Object.entries(opened)) {
    const text = texts.get(textKey(expected.tenant, expected[from]));
    const clear = text?.label === label ? text.value : null;
    if (clear !== row[column]) changed.push(column);
  }
  return changed;
}

/** The id of a row as the book has it; keys hold texts and numbers only. */
function idOf(table: TableName, row: TextRow): string {
  const { key, columns } = shapeOf(table);
  const typed = key.map((name) => [name, columns[name] === "text" ? row[name] : Number(row[name])]);
  return rowId(table, Object.fromEntries(typed));
}
