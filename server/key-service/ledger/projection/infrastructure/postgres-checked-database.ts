import { opening } from "@countersign/protocol/commitment";
import { commitment } from "@countersign/protocol/ids";
import type pg from "pg";
import type {
  CheckedDatabase,
  DatabaseSnapshot,
  RawEntry,
  RawEnvelope,
  RawHead,
  RawOpening,
  TextRow,
} from "../../application/checked-database.ts";
import { comparableJson } from "../domain/comparable.ts";
import { shapeOf, type TableName } from "../domain/tables.ts";
import { CURSOR_NAME } from "./postgres-projection-store.ts";
import { columnTypes, nameOf, quoted } from "./table-sql.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;
const PAGE_ROWS = 500;

/** `CheckedDatabase` on PostgreSQL: one read-only transaction at REPEATABLE READ. */
export class PostgresCheckedDatabase implements CheckedDatabase {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async inSnapshot<T>(work: (snapshot: DatabaseSnapshot) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      return await work(snapshotOn(client));
    } finally {
      await client.query("ROLLBACK").catch((error: unknown) => {
        broken = error instanceof Error ? error : new Error(String(error));
      });
      client.release(broken);
    }
  }
}

function snapshotOn(client: pg.PoolClient): DatabaseSnapshot {
  return {
    async cursor() {
      const { rows } = await client.query<{ next: number }>(
        `SELECT least(greatest(next_index, -1), ${LARGEST}) AS next FROM projection.cursor WHERE name = $1`,
        [CURSOR_NAME],
      );
      return rows[0]?.next ?? null;
    },
    async treeHead() {
      const { rows } = await client.query<RawHead>(
        `SELECT least(greatest(size, -1), ${LARGEST}) AS size, root, note FROM keyservice.tree_head WHERE id = 1`,
      );
      return rows[0] ?? null;
    },
    entries: (size) =>
      paged<RawEntry>(
        client,
        `SELECT index, bytes, leaf_hash AS "leafHash" FROM keyservice.ledger_entry
          WHERE index >= 0 AND index < ${size} ORDER BY index`,
      ),
    async countEntriesOutside(size) {
      const { rows } = await client.query<{ count: number }>(
        "SELECT count(*) AS count FROM keyservice.ledger_entry WHERE index < 0 OR index >= $1",
        [size],
      );
      return rows[0]?.count ?? 0;
    },
    rows: (table, order) => rowsOf(client, table, order),
    envelopes: () =>
      paged<RawEnvelope>(
        client,
        "SELECT digest, tenant, secret, version, sealed FROM keyservice.envelope",
      ),
    openings: () =>
      paged<RawOpening>(
        client,
        "SELECT tenant, commitment, label, salt, value FROM keyservice.opening",
      ),
    openingSource: {
      async load(tenant, candidates) {
        const { rows } = await client.query<RawOpening>({
          name: "check-openings",
          text: `SELECT commitment, label, salt, value FROM keyservice.opening
                  WHERE tenant = $1 AND commitment = ANY($2::text[])`,
          values: [tenant, [...candidates]],
        });
        return new Map(
          rows.flatMap(({ commitment: key, ...row }) => {
            const [target, given] = [commitment.safeParse(key), opening.safeParse(row)];
            return target.success && given.success ? [[target.data, given.data] as const] : [];
          }),
        );
      },
    },
  };
}

async function* rowsOf(
  client: pg.PoolClient,
  table: TableName,
  order?: "entry",
): AsyncGenerator<TextRow> {
  const { columns } = shapeOf(table);
  const types = columnTypes(table);
  const list = [...types].map(([column, type]) => `${textOf(column, type)} AS ${quoted(column)}`);
  const json = Object.keys(columns).filter((it) => /^(?:json|texts)$/.test(columns[it] ?? ""));
  const ordered = order === undefined ? "" : ` AS t ORDER BY t.${quoted(order)}`; // not the text of it
  const sql = `SELECT ${list.join(", ")} FROM ${nameOf(table)}${ordered}`;
  for await (const row of paged<Record<string, string | null>>(client, sql)) {
    for (const column of json) row[column] = comparableJson(row[column] ?? "null");
    yield row;
  }
}

function textOf(column: string, type: string): string {
  if (type.startsWith("timestamptz")) return `extract(epoch FROM ${quoted(column)})::text`;
  if (type === "text[]") return `to_jsonb(${quoted(column)})::text`;
  return `${quoted(column)}::text`;
}

let cursors = 0;

/** Rows a page at a time: through a server-side cursor, so that no page is of another moment or order. */
async function* paged<R extends pg.QueryResultRow>(
  client: pg.PoolClient,
  sql: string,
): AsyncGenerator<R> {
  cursors += 1;
  const name = `checker_${cursors}`;
  await client.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`);
  for (;;) {
    const { rows } = await client.query<R>(`FETCH ${PAGE_ROWS} FROM ${name}`);
    yield* rows;
    if (rows.length < PAGE_ROWS) break;
  }
  await client.query(`CLOSE ${name}`);
}
