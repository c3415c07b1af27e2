import type { Change } from "../projection/domain/change.ts";
import type { RowBook } from "../projection/domain/row-book.ts";
import { shapeOf, TABLE_NAMES, type TableName } from "../projection/domain/tables.ts";
import type { TextRow } from "./checked-database.ts";
import { type Comparison, comparePage, missing } from "./compare-rows.ts";

/**
 * Tables that grow with the ledger: a row stands under the entry that made it, and no other entry changes it.
 * They are compared as the ledger goes by, and never held whole.
 */
export const TABLES_BY_ENTRY: ReadonlySet<TableName> = new Set(
  TABLE_NAMES.filter((table) => shapeOf(table).key.includes("entry")),
);

const PAGE_ROWS = 500;

type Expected = Exclude<Change, { readonly op: "set" }>;

/**
 * One such table beside a reader of the ledger: told what entries make, then asked to compare up to where the
 * reader stands. A row that differs goes into the book as it should be, for the repair.
 */
export class EntryRows {
  readonly #comparison: Comparison;
  readonly #table: TableName;
  readonly #rows: AsyncIterator<TextRow>;
  /** The row that was read and is beyond what was compared. */
  #ahead: TextRow | null = null;
  readonly #expected = new Map<string, Expected>();

  constructor(comparison: Comparison, table: TableName, book: RowBook) {
    this.#table = table;
    this.#rows = comparison.snapshot.rows(table, "entry")[Symbol.asyncIterator]();
    this.#comparison = {
      ...comparison,
      onDiffers: (affected) => {
        const expected = this.#expected.get(affected.id);
        if (expected !== undefined) book.take([expected]);
        comparison.onDiffers(affected);
      },
    };
  }

  /** @throws Error for a change that is not a row of its own: such a table must not be among these */
  expect(change: Change): void {
    if (change.op === "set") throw new Error(`an entry changes a row of ${change.table}`);
    this.#expected.set(change.id, change);
  }

  /** Compares every row of an entry before this one with what was expected of those. */
  async compareBefore(entry: number): Promise<void> {
    const unseen = new Set(this.#expected.keys());
    for (;;) {
      const page = await this.#pageBefore(entry);
      if (page.length === 0) break;
      const expectedOf = (id: string) => this.#expected.get(id)?.row;
      const seen = await comparePage(this.#comparison, this.#table, page, expectedOf);
      for (const id of seen) unseen.delete(id);
    }
    for (const id of unseen) {
      missing(this.#comparison, this.#table, id, this.#expected.get(id)?.row ?? {});
    }
    this.#expected.clear();
  }

  async #pageBefore(entry: number): Promise<TextRow[]> {
    const page: TextRow[] = [];
    while (page.length < PAGE_ROWS) {
      const row = this.#ahead ?? (await this.#read());
      this.#ahead = row;
      if (row === null || Number(row.entry) >= entry) break;
      page.push(row);
      this.#ahead = null;
    }
    return page;
  }

  async #read(): Promise<TextRow | null> {
    const { done, value } = await this.#rows.next();
    return done ? null : value;
  }
}
