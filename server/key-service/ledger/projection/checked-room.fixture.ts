import { expect } from "vitest";
import { buildHistory } from "../../decisions/testing/history.ts";
import type { Difference } from "../application/check-report.ts";
import { Snapshotter } from "../application/snapshotter.ts";
import { shapeOf, TABLE_NAMES, type TableName } from "./domain/tables.ts";
import { createProjectionRoom, type ProjectionRoom } from "./projection.fixture.ts";

/** A seed with which rows of every table that can change do change after the first part. */
const SEED = 295;
export const HISTORY_ENTRIES = 420;
const EARLIER = 250;

export const historyOf = (entryCount: number) => buildHistory(SEED, entryCount);

export type Column = { readonly name: string; readonly type: string };
export type Row = Readonly<Record<string, string | null>>;

/** What was found, as comparable lines. */
export function lineOf({
  table,
  key,
  column,
  problem,
  repaired,
}: Omit<Difference, "repaired"> & { readonly repaired?: boolean }): string {
  return `${table} ${JSON.stringify(key)} ${column} ${problem} ${repaired ?? true}`;
}

/** A repaired difference of a projection's row. */
export function expectedLine(
  table: TableName,
  row: Row,
  column: string | null,
  problem: Difference["problem"] = "changed",
): string {
  const key = Object.fromEntries(shapeOf(table).key.map((name) => [name, String(row[name])]));
  return lineOf({ table: `projection.${table}`, key, column, problem });
}

/** SQL that names the row. */
export const where = (table: TableName, row: Row) =>
  shapeOf(table)
    .key.map((column) => `"${column}" = '${row[column]}'`)
    .join(" AND ");

/**
 * A room with a history in it, projected and found whole; of each projection there is the table as it stood
 * earlier in schema `public`, under `old_…`.
 */
export class CheckedRoom {
  readonly room: ProjectionRoom;
  /** As the database lists them: a column that is new is attacked without anybody adding it here. */
  readonly #columns: ReadonlyMap<string, readonly Column[]>;
  #healthy = new Map<TableName, Row[]>();

  private constructor(room: ProjectionRoom, columns: ReadonlyMap<string, readonly Column[]>) {
    this.room = room;
    this.#columns = columns;
  }

  static async create(): Promise<CheckedRoom> {
    const room = await createProjectionRoom();
    const history = historyOf(HISTORY_ENTRIES);
    await room.append(history, 0, EARLIER);
    await room.project();
    for (const table of TABLE_NAMES) {
      await room.sql(`CREATE TABLE public."old_${table}" AS TABLE projection."${table}"`);
    }
    await room.append(history, EARLIER);
    await room.project();
    const { ledger, snapshots } = room;
    await new Snapshotter({ ledger, snapshots }, 0).stop();
    const checked = new CheckedRoom(room, await listColumns(room, "projection"));
    expect((await room.checker.run()).differences).toEqual([]);
    await checked.isHealthyNow();
    return checked;
  }

  /** From here on, what the tables hold now is what they should. */
  async isHealthyNow(): Promise<void> {
    this.#healthy = await this.#contents();
  }

  columns(table: TableName): readonly Column[] {
    return this.#columns.get(table) ?? [];
  }

  nonKeys(table: TableName): Column[] {
    return this.columns(table).filter(({ name }) => !shapeOf(table).key.includes(name));
  }

  /** What a table should hold. */
  rows(table: TableName, tenant?: string): Row[] {
    const rows = this.#healthy.get(table) ?? [];
    return rows.filter((row) => tenant === undefined || row.tenant === tenant);
  }

  /** What a table held earlier. */
  oldRows(table: TableName): Promise<Row[]> {
    return this.#rowsOf(table, `public."old_${table}"`);
  }

  differs(table: TableName, a: Row | undefined, b: Row | undefined): boolean {
    if (a === undefined || b === undefined) return false;
    return this.nonKeys(table).some(({ name }) => a[name] !== b[name]);
  }

  /** Checks once; every difference as a line. */
  async found(): Promise<string[]> {
    const report = await this.room.checker.run();
    expect(report.found).toBe(report.differences.length);
    expect(report.projectionsCompared).toBe(true);
    return report.differences.map(lineOf).sort();
  }

  async expectRepaired(): Promise<void> {
    expect(await this.#contents()).toEqual(this.#healthy);
    expect(await this.found()).toEqual([]);
  }

  async #contents(): Promise<Map<TableName, Row[]>> {
    const all = new Map<TableName, Row[]>();
    for (const table of TABLE_NAMES) {
      all.set(table, await this.#rowsOf(table, `projection."${table}"`));
    }
    return all;
  }

  /** Every row as texts, by key. */
  async #rowsOf(table: TableName, place: string): Promise<Row[]> {
    const list = this.columns(table).map(({ name }) => `"${name}"::text`);
    const rows = await this.room.sql<Row>(`SELECT ${list.join(", ")} FROM ${place}`);
    return rows.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
}

export async function listColumns(
  room: ProjectionRoom,
  schema: string,
): Promise<Map<string, Column[]>> {
  const rows = await room.sql<{ table: string; name: string; type: string }>(
    `SELECT table_name AS table, column_name AS name, data_type AS type FROM information_schema.columns
      WHERE table_schema = $1 ORDER BY table_name, ordinal_position`,
    [schema],
  );
  const listed = new Map<string, Column[]>();
  for (const { table, ...column } of rows)
    listed.set(table, [...(listed.get(table) ?? []), column]);
  return listed;
}
