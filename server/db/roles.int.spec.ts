import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../scripts/lib/paths.mjs";
import { createTestDatabase, type TestDatabase } from "../../tests/support/postgres.ts";
import { migrate } from "./migrate.ts";
import { createPool } from "./pool.ts";
import { applyRoles } from "./roles.ts";
import { inSession } from "./session.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const refusedTo = (url: string, sql: string) =>
  inSession(url, (client) => client.query(sql)).then(
    () => "allowed",
    (error: unknown) => (error instanceof Error ? error.message : ""),
  );

describe("database roles", () => {
  it("gives neither role the rights of a superuser, of a role maker or past row-level security", async () => {
    const rows = await inSession(database.adminUrl, async (client) => {
      const { keyService, console } = database.roles;
      const result = await client.query(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = ANY($1)",
        [[keyService.name, console.name]],
      );
      return result.rows;
    });
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(Object.values(row)).toEqual(Array(5).fill(false));
  });

  it("L26 lets the console read projections and write none of them", async () => {
    expect(await refusedTo(database.consoleUrl, "SELECT * FROM projection.cursor")).toBe("allowed");
    for (const sql of [
      "INSERT INTO projection.cursor VALUES ('x', 1)",
      "UPDATE projection.cursor SET next_index = 0",
      "DELETE FROM projection.cursor",
      "TRUNCATE projection.cursor",
      "CREATE TABLE projection.mine (id int)",
    ]) {
      expect(await refusedTo(database.consoleUrl, sql), sql).toMatch(/permission denied/);
    }
  });

  it("KEY-2 L25 shows the console no primary table, whichever there are", async () => {
    const tables = await inSession(database.adminUrl, async (client) => {
      const { rows } = await client.query<{ name: string }>(
        "SELECT table_schema || '.' || table_name AS name FROM information_schema.tables WHERE table_schema IN ('keyservice', 'public')",
      );
      return rows.map((row) => row.name);
    });
    expect(tables.length).toBeGreaterThan(5);
    for (const table of tables) {
      const refusal = await refusedTo(database.consoleUrl, `SELECT * FROM ${table}`);
      expect(refusal, table).toMatch(/permission denied/);
    }
  });

  it("lets the console write its own rows, make no table, and keeps them from the key service", async () => {
    const forget = "DELETE FROM console.session";
    expect(await refusedTo(database.consoleUrl, forget)).toBe("allowed");
    for (const table of ["session", "preference"]) {
      const sql = `SELECT * FROM console.${table}`;
      expect(await refusedTo(database.consoleUrl, sql)).toBe("allowed");
      expect(await refusedTo(database.url, sql)).toMatch(/permission denied/);
    }
    const make = "CREATE TABLE console.note (id int)";
    expect(await refusedTo(database.consoleUrl, make)).toMatch(/permission denied/);
  });

  it("AUD-2 gives the key service's own role no way to edit or remove a ledger entry", async () => {
    const entry = "INSERT INTO keyservice.ledger_entry VALUES (0, '\\x00', '\\x00')";
    expect(await refusedTo(database.url, entry)).toBe("allowed");
    for (const sql of [
      "UPDATE keyservice.ledger_entry SET bytes = '\\x01'",
      "DELETE FROM keyservice.ledger_entry",
      "TRUNCATE keyservice.ledger_entry",
      "DROP TABLE keyservice.ledger_entry",
      "DELETE FROM keyservice.tree_head",
    ]) {
      expect(await refusedTo(database.url, sql), sql).toMatch(/permission denied|must be owner/);
    }
  });

  it("takes back what was granted by hand", async () => {
    const role = database.roles.console.name;
    await inSession(database.adminUrl, async (client) => {
      await client.query(`GRANT USAGE ON SCHEMA keyservice TO "${role}"`);
      await client.query(`GRANT SELECT ON keyservice.opening TO "${role}"`);
    });
    const sql = "SELECT * FROM keyservice.opening";
    expect(await refusedTo(database.consoleUrl, sql)).toBe("allowed");
    await applyRoles(database.adminUrl, database.roles);
    expect(await refusedTo(database.consoleUrl, sql)).toMatch(/permission denied/);
  });

  it("keeps a stranger's role out of the database", async () => {
    const stranger = `stranger_${database.name.slice(-6)}`;
    await inSession(database.adminUrl, (client) =>
      client.query(`CREATE ROLE ${stranger} LOGIN PASSWORD 'known'`),
    );
    const url = new URL(database.url);
    url.username = stranger;
    url.password = "known";
    try {
      expect(await refusedTo(url.href, "SELECT 1")).toMatch(/permission denied for database/);
    } finally {
      await inSession(database.adminUrl, (client) => client.query(`DROP ROLE ${stranger}`));
    }
  });

  it("takes back rights that somebody gave a role by hand", async () => {
    const { name } = database.roles.console;
    await inSession(database.adminUrl, (client) =>
      client.query(`ALTER ROLE "${name}" BYPASSRLS CREATEDB`),
    );
    await applyRoles(database.adminUrl, database.roles);
    const rights = await inSession(database.adminUrl, async (client) => {
      const sql = "SELECT rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = $1";
      return (await client.query(sql, [name])).rows;
    });
    expect(rights).toEqual([{ rolbypassrls: false, rolcreatedb: false }]);
  });

  it("needs no superuser: an owner of the database that may create roles is enough, again and again", async () => {
    const owner = `owner_${database.name.slice(-6)}`;
    const roles = {
      keyService: { name: `${owner}_ks`, password: "a-password-of-its-own" },
      console: { name: `${owner}_console`, password: "another-password" },
    };
    await inSession(database.adminUrl, (client) =>
      client.query(`CREATE ROLE ${owner} LOGIN CREATEROLE CREATEDB PASSWORD 'known'`),
    );
    const url = new URL(database.adminUrl);
    url.username = owner;
    url.password = "known";
    url.pathname = `/${database.name}_owned`;
    try {
      await migrate(url.href, root);
      await applyRoles(url.href, roles);
      await applyRoles(url.href, roles);
      url.username = roles.console.name;
      url.password = roles.console.password;
      expect(await refusedTo(url.href, "SELECT * FROM projection.cursor")).toBe("allowed");
    } finally {
      await inSession(database.adminUrl, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS "${database.name}_owned" WITH (FORCE)`);
        await client.query(`DROP ROLE IF EXISTS ${owner}_ks, ${owner}_console, ${owner}`);
      });
    }
  });

  it("gives two starts at once their turns", async () => {
    await Promise.all(
      Array.from({ length: 4 }, () => applyRoles(database.adminUrl, database.roles)),
    );
    expect(await refusedTo(database.url, "SELECT * FROM keyservice.tree_head")).toBe("allowed");
  });
});

describe("the pool", () => {
  it("reads bytes unchanged and a bigint as an exact number, or not at all", async () => {
    const pool = createPool({ url: database.url, application: "test" });
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
    const { rows } = await pool.query("SELECT $1::bytea AS bytes, 9007199254740991::bigint AS n", [
      bytes,
    ]);
    expect(rows[0]).toEqual({ bytes, n: 9007199254740991 });
    await expect(pool.query("SELECT 9007199254740992::bigint")).rejects.toThrow(RangeError);
    await pool.end();
  });

  it("keeps fsync, full-page writes and synchronous commit on, in tests too", async () => {
    const client = new pg.Client(database.url);
    await client.connect();
    const { rows } = await client.query(
      "SELECT setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')",
    );
    await client.end();
    expect(rows.map((row) => row.setting)).toEqual(["on", "on", "on"]);
  });

  it("outlives connections that the server cuts, and tells of them", async () => {
    const told: Error[] = [];
    const pool = createPool({
      url: database.url,
      application: "cut-me",
      onIdleError: (error) => told.push(error),
    });
    await pool.query("SELECT 1");
    const gone = new Promise((resolve) => pool.once("remove", resolve));
    await inSession(database.adminUrl, (client) =>
      client.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cut-me'",
      ),
    );
    await gone;
    expect(told).toHaveLength(1);
    expect((await pool.query("SELECT 2 AS two")).rows).toEqual([{ two: 2 }]);
    await pool.end();
  });
});
