import type { Commitment } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import type pg from "pg";
import { inTransaction } from "../../../../db/pool.ts";
import { openedColumns } from "../../application/open-texts.ts";
import type {
  ProjectionPosition,
  ProjectionStore,
  RowName,
  RowWrites,
  TableWrites,
  WriteOutcome,
} from "../../application/projection-store.ts";
import { type AnyRow, keyOf, rowId } from "../domain/change.ts";
import { shapeOf, TABLE_NAMES, type TableName } from "../domain/tables.ts";
import { announce, changesIn } from "./announce.ts";
import { deleteSql, insertSql, nameOf, quoted, updateSql } from "./table-sql.ts";

/** One cursor for all tables: they stand at the same entry. */
export const CURSOR_NAME = "console";

const LARGEST = Number.MAX_SAFE_INTEGER;

/** `ProjectionStore` on PostgreSQL, with the key service's role. */
export class PostgresProjectionStore implements ProjectionStore {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async position(): Promise<ProjectionPosition> {
    const { rows } = await this.#pool.query<ProjectionPosition>(
      // A number that is too large to be ours must not stop the reading: it is refused as any other wrong one.
      `SELECT (SELECT least(next_index, ${LARGEST}) FROM projection.cursor WHERE name = $1) AS next,
              (SELECT least(entry, ${LARGEST}) FROM projection.audit_entry ORDER BY entry DESC LIMIT 1) AS highest`,
      [CURSOR_NAME],
    );
    return rows[0] ?? { next: null, highest: null };
  }

  async write(from: number, to: number, writes: TableWrites): Promise<WriteOutcome> {
    return inTransaction(this.#pool, async (client) => {
      // First, so that the row's lock makes a rival wait and then find the cursor moved.
      const moved = await client.query(
        "UPDATE projection.cursor SET next_index = $3 WHERE name = $1 AND next_index = $2",
        [CURSOR_NAME, from, to],
      );
      if (moved.rowCount === 0) return { status: "fenced" };
      const missing: RowName[] = [];
      for (const [table, rows] of writes) missing.push(...(await writeTable(client, table, rows)));
      await announce(client, changesIn(writes));
      return { status: "written", missing };
    });
  }

  async reset(): Promise<void> {
    await inTransaction(this.#pool, async (client) => {
      await client.query(
        `INSERT INTO projection.cursor (name, next_index) VALUES ($1, 0)
         ON CONFLICT (name) DO UPDATE SET next_index = 0`,
        [CURSOR_NAME],
      );
      // Not TRUNCATE: who reads in a transaction of their own goes on seeing what was there.
      for (const table of TABLE_NAMES) await client.query(`DELETE FROM ${nameOf(table)}`);
      await announce(client, [{ tenant: null, tables: [] }]);
    });
  }

  async retext(tenant: TenantId, texts: ReadonlyMap<Commitment, string | null>): Promise<void> {
    const given = JSON.stringify([...texts].map(([commitment, text]) => ({ commitment, text })));
    await inTransaction(this.#pool, async (client) => {
      for (const { table, column, from } of openedColumns()) {
        await client.query(
          `UPDATE ${nameOf(table)} AS t SET ${quoted(column)} = x.text
             FROM jsonb_to_recordset($2::jsonb) AS x(commitment text, text text)
            WHERE t.tenant = $1 AND t.${quoted(from)} = x.commitment`,
          [tenant, given],
        );
      }
      await announce(client, [
        { tenant, tables: [...new Set(openedColumns().map((it) => it.table))] },
      ]);
    });
  }
}

/** Names the rows that were to be changed and are not there. */
async function writeTable(
  client: pg.PoolClient,
  table: TableName,
  { put, add, set, remove }: RowWrites,
): Promise<RowName[]> {
  if (remove.length > 0) await client.query(deleteSql(table), [JSON.stringify(remove)]);
  if (put.length > 0) await client.query(insertSql(table, "replace"), [JSON.stringify(put)]);
  if (add.length > 0) await client.query(insertSql(table, "keep"), [JSON.stringify(add)]);
  const missing: RowName[] = [];
  for (const rows of byColumns(set)) {
    const { key } = shapeOf(table);
    const changed = Object.keys(rows[0] ?? {}).filter((column) => !key.includes(column));
    const found = await client.query<AnyRow>(updateSql(table, changed), [JSON.stringify(rows)]);
    if (found.rows.length === rows.length) continue;
    const there = new Set(found.rows.map((row) => rowId(table, row)));
    for (const row of rows) {
      if (!there.has(rowId(table, row))) missing.push({ table, key: keyOf(table, row) });
    }
  }
  return missing;
}

/** Rows that change the same columns, together. */
function byColumns(rows: readonly AnyRow[]): AnyRow[][] {
  const groups = new Map<string, AnyRow[]>();
  for (const row of rows) {
    const columns = Object.keys(row).sort().join();
    const group = groups.get(columns);
    if (group === undefined) groups.set(columns, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}
