import type pg from "pg";
import { BackupFault } from "../domain/backup-fault.ts";
import {
  BACKED_UP_TABLES,
  type BackedUpTable,
  type Column,
  fromHex,
} from "../domain/backup-lines.ts";

/** One connection. */
export type Session = pg.Client;

const PAGE_ROWS = 200;
/** Where the order matters to who reads it. */
const ORDER: Partial<Record<BackedUpTable, string>> = {
  // With the table's name: the result has a column of that name too, which is text.
  ledger_entry: "ORDER BY ledger_entry.index",
};

/** One moment of the database, however long it is read. */
export async function beginSnapshot(client: pg.Client): Promise<void> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

export async function columnsOf(client: pg.Client, table: BackedUpTable): Promise<Column[]> {
  const { rows } = await client.query<Column>(
    `SELECT column_name AS name, data_type AS type FROM information_schema.columns
      WHERE table_schema = 'keyservice' AND table_name = $1 ORDER BY ordinal_position`,
    [table],
  );
  return rows;
}

/** Rows of a table inside a transaction, each column as PostgreSQL writes it, a page at a time. */
export async function* rowsOf(
  client: pg.Client,
  table: BackedUpTable,
  columns: readonly Column[],
): AsyncGenerator<(string | null)[]> {
  const list = columns.map(({ name }) => `"${name}"::text`).join(", ");
  await client.query(
    `DECLARE backup CURSOR FOR SELECT ${list} FROM keyservice.${table} ${ORDER[table] ?? ""}`,
  );
  for (;;) {
    const text = `FETCH ${PAGE_ROWS} FROM backup`;
    const { rows } = await client.query<(string | null)[]>({ text, rowMode: "array" });
    if (rows.length === 0) break;
    yield* rows;
  }
  await client.query("CLOSE backup");
}

export type LedgerHead = { readonly size: number; readonly root: Buffer; readonly note: string };

/** @throws BackupFault where there is no ledger yet */
export async function headOf(client: pg.Client): Promise<LedgerHead> {
  const { rows } = await client.query<{ size: string; root: string; note: string }>(
    "SELECT size::text, root::text, note FROM keyservice.tree_head WHERE id = 1",
  );
  const [row] = rows;
  const root = fromHex(row?.root);
  if (row === undefined || root === null || row.size === "0") {
    throw new BackupFault(
      "This database holds no ledger: there is nothing to back up.",
      "Correct COUNTERSIGN_DATABASE_URL, or start the key service once.",
    );
  }
  return { size: Number(row.size), root, note: row.note };
}

/** Leaf hashes in order. */
export async function* leavesOf(client: pg.Client, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < size; from += PAGE_ROWS * 50) {
    const { rows } = await client.query<{ leaf: string }>(
      `SELECT leaf_hash::text AS leaf FROM keyservice.ledger_entry
        WHERE index >= $1::bigint AND index < $2::bigint ORDER BY index`,
      [from, from + PAGE_ROWS * 50],
    );
    for (const { leaf } of rows) yield fromHex(leaf) ?? Buffer.alloc(0);
  }
}

/** @throws BackupFault where any of the tables has a row */
export async function requireEmpty(client: pg.Client): Promise<void> {
  for (const table of BACKED_UP_TABLES) {
    const { rows } = await client.query(`SELECT 1 FROM keyservice.${table} LIMIT 1`);
    if (rows.length > 0) {
      throw new BackupFault(
        `keyservice.${table} of this database is not empty. Nothing was restored.`,
        "Restore into a new, prepared database: nothing is ever restored over something.",
      );
    }
  }
}

/** @throws BackupFault where the backup was made of tables of another form */
export async function requireSameForm(
  client: pg.Client,
  table: BackedUpTable,
  columns: readonly Column[],
): Promise<void> {
  const form = (of: readonly Column[]) =>
    of
      .map(({ name, type }) => `${name} ${type}`)
      .sort()
      .join(", ");
  if (form(await columnsOf(client, table)) === form(columns)) return;
  throw new BackupFault(
    `keyservice.${table} of this database has other columns than in the backup. Nothing was restored.`,
    "Prepare the database with the version that made the backup, restore, and then update.",
  );
}

/** Puts rows in, many with one statement. Columns and types were compared with the table's own. */
export class RowWriter {
  readonly #client: pg.Client;
  readonly #table: BackedUpTable;
  readonly #columns: readonly Column[];
  #rows: (readonly (string | null)[])[] = [];

  constructor(client: pg.Client, table: BackedUpTable, columns: readonly Column[]) {
    this.#client = client;
    this.#table = table;
    this.#columns = columns;
  }

  async add(row: readonly (string | null)[]): Promise<void> {
    this.#rows.push(row);
    if (this.#rows.length >= PAGE_ROWS) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#rows.length === 0) return;
    const width = this.#columns.length;
    const tuples = this.#rows.map((_, at) => {
      const slots = this.#columns.map(({ type }, i) => `$${at * width + i + 1}::text::${type}`);
      return `(${slots.join(", ")})`;
    });
    const names = this.#columns.map(({ name }) => `"${name}"`).join(", ");
    await this.#client.query(
      `INSERT INTO keyservice.${this.#table} (${names}) VALUES ${tuples.join(", ")}`,
      this.#rows.flat(),
    );
    this.#rows = [];
  }
}

/** The pen that somebody held when the backup was made is nobody's any more. */
export async function freePen(client: pg.Client): Promise<void> {
  await client.query("UPDATE keyservice.tree_head SET holder = '', fence = fence + 1");
}
