import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inTransaction } from "../../../db/pool.ts";
import { buildHistory } from "../../decisions/testing/history.ts";
import { TABLE_NAMES, type TableName } from "./domain/tables.ts";
import { columnTypes } from "./infrastructure/table-sql.ts";
import { createProjectionRoom, type ProjectionRoom } from "./projection.fixture.ts";

let room: ProjectionRoom;
let tables: string[];
let tenants: string[];

beforeAll(async () => {
  room = await createProjectionRoom();
  await room.append(buildHistory(295, 420));
  await room.project();
  const rows = await room.sql<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'projection' ORDER BY 1",
  );
  tables = rows.map((row) => row.name);
  const named = await room.sql<{ tenant: string }>(
    "SELECT tenant FROM projection.tenant ORDER BY 1",
  );
  tenants = named.map((row) => row.tenant);
});
afterAll(() => room.dispose());

/** The cursor says how far the tables are, nothing of any tenant. */
const OF_NO_TENANT = ["cursor"];

/** As the console: in a transaction that sets the tenant for itself alone. */
const asTenant = <T>(tenant: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> =>
  inTransaction(room.consolePool, async (client) => {
    await client.query("SELECT set_config('app.tenant', $1, true)", [tenant]);
    return work(client);
  });

const visibleTenants = (client: pg.Pool | pg.PoolClient, table: string) =>
  client
    .query<{ tenant: string }>(`SELECT DISTINCT tenant FROM projection."${table}" ORDER BY 1`)
    .then(({ rows }) => rows.map((row) => row.tenant));

describe("projection tables", () => {
  it("SEG-1 are exactly those that the projector writes and the checker compares, column by column", async () => {
    expect(tables.filter((it) => !OF_NO_TENANT.includes(it))).toEqual([...TABLE_NAMES].sort());
    for (const table of TABLE_NAMES) {
      const columns = await room.sql<{ name: string; type: string }>(
        `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
          WHERE attrelid = format('projection.%I', $1::text)::regclass AND attnum > 0 AND NOT attisdropped`,
        [table],
      );
      const ours = [...columnTypes(table)].map(([name, type]) => ({
        name,
        type: type.replace("timestamptz(3)", "timestamp(3) with time zone"),
      }));
      expect(columns, table).toEqual(ours);
    }
  });

  it("TENANT-1 SEG-1 have a tenant and row-level security that binds their owner too, whichever there are", async () => {
    const rows = await room.sql(
      `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'projection' AND c.relkind IN ('r', 'p') AND c.relrowsecurity AND c.relforcerowsecurity
          AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant' AND a.attnotnull)
        ORDER BY 1`,
    );
    expect(rows.map((row) => Object.values(row)[0])).toEqual(
      tables.filter((it) => !OF_NO_TENANT.includes(it)),
    );
  });

  it("SEG-1 show nothing to the console without a tenant", async () => {
    for (const table of TABLE_NAMES) {
      expect(await visibleTenants(room.consolePool, table), table).toEqual([]);
    }
  });

  it("L11 SEG-1 TENANT-1 show each tenant its own rows and no other's, in every table", async () => {
    expect(tenants).toEqual(["acme", "globex"]);
    for (const mine of tenants) {
      for (const table of TABLE_NAMES) {
        const seen = await asTenant(mine, (client) => visibleTenants(client, table));
        expect(seen, `${mine} in ${table}`).toEqual([mine]);
        for (const other of tenants) {
          const { rowCount } = await asTenant(mine, (client) =>
            client.query(`SELECT 1 FROM projection."${table}" WHERE tenant = $1`, [other]),
          );
          expect((rowCount ?? 0) > 0, `${mine} asks for ${other} in ${table}`).toBe(mine === other);
        }
      }
    }
  });

  it("SEG-1 show nothing on a connection that served a tenant before", async () => {
    const client = await room.consolePool.connect();
    try {
      await client.query("BEGIN");
      await client.query("SELECT set_config('app.tenant', 'acme', true)");
      expect(await visibleTenants(client, "person")).toEqual(["acme"]);
      await client.query("COMMIT");
      for (const table of TABLE_NAMES) expect(await visibleTenants(client, table)).toEqual([]);
    } finally {
      client.release();
    }
  });

  it.each(["", "ACME", "acme ", "acm", "%", "acme' OR 'a'='a", "acme,globex"])(
    "SEG-1 show nothing to the tenant %j, which there is not",
    async (tenant) => {
      for (const table of TABLE_NAMES) {
        const seen = await asTenant(tenant, (client) => visibleTenants(client, table));
        expect(seen, table).toEqual([]);
      }
    },
  );

  it("SEG-3 are written by the key service alone", async () => {
    const attempts = (table: TableName) => [
      `INSERT INTO projection."${table}" SELECT * FROM projection."${table}"`,
      `UPDATE projection."${table}" SET tenant = 'globex'`,
      `DELETE FROM projection."${table}"`,
      `TRUNCATE projection."${table}"`,
      `ALTER TABLE projection."${table}" DISABLE ROW LEVEL SECURITY`,
      `DROP POLICY own_tenant ON projection."${table}"`,
    ];
    for (const table of TABLE_NAMES) {
      for (const sql of attempts(table)) {
        const refused = asTenant("acme", (client) => client.query(sql));
        await expect(refused, sql).rejects.toThrow(/permission denied|must be owner/);
      }
      expect(await visibleTenants(room.pool, table)).toEqual(
        table === "audit_entry" ? ["*", ...tenants] : tenants,
      );
    }
  });

  it("SEG-1 keep apart 60 transactions of two tenants that share connections", async () => {
    const turns = Array.from({ length: 60 }, (_, i) => tenants[i % 2] ?? "");
    const seen = await Promise.all(
      turns.map((tenant) => asTenant(tenant, (client) => visibleTenants(client, "audit_entry"))),
    );
    expect(seen).toEqual(turns.map((tenant) => [tenant]));
  });
});
