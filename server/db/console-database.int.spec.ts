import { personId } from "@countersign/protocol/ids";
import { tenantId } from "@countersign/protocol/names";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../tests/support/postgres.ts";
import { ConsoleDatabase } from "./console-database.ts";
import { inSession } from "./session.ts";

const ACME = tenantId.parse("acme");
const GLOBEX = tenantId.parse("globex");
const SAM = personId.parse("p-040g2081040g2081040g208104");

describe("the console's database", () => {
  let database: TestDatabase;
  let console: ConsoleDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    console = new ConsoleDatabase({ url: database.consoleUrl, maxConnections: 4 });
    await inSession(database.adminUrl, (client) =>
      client.query(
        `INSERT INTO projection.person (tenant, person, name_commitment, status, roles, entry, name)
         SELECT tenant, tenant || '-' || n, 'c', 'active', '[]', n, tenant || ' ' || n
         FROM unnest(ARRAY['acme', 'globex', '*']) tenant, generate_series(1, 20) n`,
      ),
    );
  });
  afterAll(async () => {
    await console.close();
    await database.drop();
  });

  const tenantsSeen = async (tenant: typeof ACME) => {
    // The forgotten `where` of a hurried day.
    const rows = await console.withTenant(tenant, (tx) => tx.person.findMany());
    return [...new Set(rows.map((it) => it.tenant))];
  };

  it("TENANT-1 SEG-1 shows a tenant its own rows, also where a query forgets to ask for them", async () => {
    expect(await tenantsSeen(ACME)).toEqual(["acme"]);
    expect(await tenantsSeen(GLOBEX)).toEqual(["globex"]);
    const other = await console.withTenant(ACME, (tx) =>
      tx.person.findMany({ where: { tenant: "globex" } }),
    );
    expect(other).toEqual([]);
    const raw = await console.withTenant(
      ACME,
      (tx) => tx.$queryRaw`SELECT DISTINCT tenant FROM projection.person`,
    );
    expect(raw).toEqual([{ tenant: "acme" }]);
  });

  it("TENANT-1 keeps 200 mixed transactions at once apart, on four connections", async () => {
    const turns = Array.from({ length: 200 }, (_, at) => (at % 3 === 0 ? GLOBEX : ACME));
    const seen = await Promise.all(turns.map(tenantsSeen));
    expect(seen).toEqual(turns.map((it) => [it]));
  });

  it("TENANT-1 shows nothing to a name that is no tenant, nor to one that is made of SQL", async () => {
    for (const text of ["", "acme' OR '1'='1", "ACME", "acme ", "initech"]) {
      // What no schema lets through is what a hostile caller would send.
      expect(await tenantsSeen(text as typeof ACME), text).toEqual([]);
    }
  });

  it("reads in transactions that cannot write", async () => {
    const write = console.withTenant(ACME, (tx) =>
      tx.preference.create({
        data: { tenant: "acme", person: SAM, density: "compact", theme: "dark" },
      }),
    );
    await expect(write).rejects.toThrow(/read-only/);
  });

  it("TENANT-1 writes no preference for another tenant", async () => {
    const forOther = console.writeAsTenant(ACME, (tx) =>
      tx.preference.create({
        data: { tenant: "globex", person: SAM, density: "compact", theme: "dark" },
      }),
    );
    await expect(forOther).rejects.toThrow(/row-level security/);
  });

  it("SEG-1 has row-level security, forced, on every table that its role reads, but the few that hold no tenant's data", async () => {
    const { rows } = await inSession(database.adminUrl, (client) =>
      client.query<{ name: string }>(
        `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'v', 'm', 'p') AND has_schema_privilege($1, n.oid, 'USAGE')
           AND has_table_privilege($1, c.oid, 'SELECT') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
           AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1`,
        [database.roles.console.name],
      ),
    );
    // How far projectors are; sessions, which are found by the digest of a secret before a tenant is known.
    expect(rows.map((it) => it.name)).toEqual(["console.session", "projection.cursor"]);
  });

  it("KEY-2 BROWSER-1 reaches no column in which a value could stand, sealed or not", async () => {
    const { rows } = await inSession(database.adminUrl, (client) =>
      client.query<{ column: string; type: string }>(
        `SELECT table_schema || '.' || table_name || '.' || column_name AS column, data_type AS type
         FROM information_schema.columns c
         WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
           AND has_schema_privilege($1, table_schema, 'USAGE')
           AND has_column_privilege($1, format('%I.%I', table_schema, table_name), column_name, 'SELECT')`,
        [database.roles.console.name],
      ),
    );
    expect(rows.length).toBeGreaterThan(100);
    const bytes = rows.filter((it) => it.type === "bytea");
    const named = rows.filter((it) =>
      /\.(?:sealed|ciphertext|plaintext|value|dek|wrapped\w*|salt|pin|password|token|id_token)$/.test(
        it.column,
      ),
    );
    expect([...bytes, ...named]).toEqual([]);
  });

  it("says that it does not answer instead of throwing", async () => {
    const gone = new ConsoleDatabase({ url: "postgresql://nobody:none@127.0.0.1:1/none" });
    expect(await gone.answers()).toBe(false);
    expect(await console.answers()).toBe(true);
    await gone.close();
  });
});
