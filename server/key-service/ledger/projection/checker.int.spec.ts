import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildHistory } from "../../decisions/testing/history.ts";
import type { Difference } from "../application/check-report.ts";
import { Snapshotter } from "../application/snapshotter.ts";
import { shapeOf, TABLE_NAMES, type TableName } from "./domain/tables.ts";
import { createProjectionRoom, type ProjectionRoom } from "./projection.fixture.ts";

const history = buildHistory(54, 340);
const EARLIER = 200;

type Column = { readonly name: string; readonly type: string };
type Row = Readonly<Record<string, string | null>>;

let room: ProjectionRoom;
/** As the database lists them: a column that is new is attacked without anybody adding it here. */
let columnsOf: Map<string, Column[]>;
let healthy: Map<TableName, Row[]>;

beforeAll(async () => {
  room = await createProjectionRoom();
  await room.append(history, 0, EARLIER);
  await room.project();
  for (const table of TABLE_NAMES) {
    await room.sql(`CREATE TABLE public."old_${table}" AS TABLE projection."${table}"`);
  }
  await room.append(history, EARLIER);
  await room.project();
  const { ledger, snapshots } = room;
  await new Snapshotter({ ledger, snapshots }, 0).stop();
  columnsOf = await listColumns("projection");
  healthy = await contents();
  expect((await room.checker.run()).differences).toEqual([]);
});
afterAll(() => room.dispose());

async function listColumns(schema: string): Promise<Map<string, Column[]>> {
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

/** Every row as texts, by key. */
async function rowsOf(table: string): Promise<Row[]> {
  const columns = columnsOf.get(table.replace("old_", "")) ?? [];
  const list = columns.map(({ name }) => `"${name}"::text`).join(", ");
  const schema = table.startsWith("old_") ? "public" : "projection";
  const rows = await room.sql<Row>(`SELECT ${list} FROM ${schema}."${table}"`);
  return rows.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

async function contents(): Promise<Map<TableName, Row[]>> {
  const all = new Map<TableName, Row[]>();
  for (const table of TABLE_NAMES) all.set(table, await rowsOf(table));
  return all;
}

/** Another value of the same type, whatever is there. */
function flipped({ name, type }: Column): string {
  const column = `"${name}"`;
  switch (type) {
    case "text":
      return `coalesce(${column}, '') || 'x'`;
    case "integer":
    case "bigint":
      return `coalesce(${column}, 0) + 1`;
    case "boolean":
      return `NOT ${column}`;
    case "timestamp with time zone":
      return `coalesce(${column}, 'epoch') + interval '1 millisecond'`;
    case "ARRAY":
      return `array_append(${column}, 'x')`;
    case "jsonb":
      return `jsonb_build_array(${column})`;
    default:
      throw new Error(`no way to change a column of type ${type}`);
  }
}

const keyOf = (table: TableName, row: Row) =>
  Object.fromEntries(shapeOf(table).key.map((column) => [column, row[column]]));
const where = (table: TableName, row: Row) =>
  shapeOf(table)
    .key.map((column) => `"${column}" = '${row[column]}'`)
    .join(" AND ");
const nonKeys = (table: TableName) =>
  (columnsOf.get(table) ?? []).filter(({ name }) => !shapeOf(table).key.includes(name));
const rowsIn = (table: TableName, tenant?: string) =>
  (healthy.get(table) ?? []).filter((row) => tenant === undefined || row.tenant === tenant);

/** What was found, as comparable lines. */
async function found(): Promise<string[]> {
  const report = await room.checker.run();
  expect(report.found).toBe(report.differences.length);
  expect(report.projectionsCompared).toBe(true);
  return report.differences.map(lineOf).sort();
}
function lineOf({
  table,
  key,
  column,
  problem,
  repaired,
}: Omit<Difference, "repaired"> & { repaired?: boolean }) {
  return `${table} ${JSON.stringify(key)} ${column} ${problem} ${repaired ?? true}`;
}
const expectedLine = (
  table: TableName,
  row: Row,
  column: string | null,
  problem: Difference["problem"] = "changed",
) => {
  const key = Object.fromEntries(Object.entries(keyOf(table, row)).map(([k, v]) => [k, String(v)]));
  return lineOf({ table: `projection.${table}`, key, column, problem });
};

async function expectRepaired(): Promise<void> {
  expect(await contents()).toEqual(healthy);
  expect(await found()).toEqual([]);
}

describe.each(TABLE_NAMES)("AUD-2 projection.%s, edited behind the key service's back", (table) => {
  afterEach(expectRepaired);

  it("has every changed column found and repaired", async () => {
    const [row] = rowsIn(table);
    if (row === undefined) throw new Error("a table without a row");
    const columns = nonKeys(table);
    expect(columns.length).toBeGreaterThan(0);
    const sets = columns.map((column) => `"${column.name}" = ${flipped(column)}`);
    await room.sql(
      `UPDATE projection."${table}" SET ${sets.join(", ")} WHERE ${where(table, row)}`,
    );
    expect(await found()).toEqual(columns.map(({ name }) => expectedLine(table, row, name)).sort());
  });

  it("has a row under a changed key found and repaired, whichever part of the key", async () => {
    const rows = rowsIn(table);
    const keys = (columnsOf.get(table) ?? []).filter(({ name }) =>
      shapeOf(table).key.includes(name),
    );
    for (const [at, column] of keys.entries()) {
      const row = rows[at % rows.length];
      if (row === undefined) throw new Error("a table without a row");
      // An index that nothing else has; a name that sorts elsewhere.
      const moved =
        column.type === "text" ? `'zz-' || "${column.name}"` : `"${column.name}" + 100000`;
      const set = `"${column.name}" = ${moved}`;
      await room.sql(`UPDATE projection."${table}" SET ${set} WHERE ${where(table, row)}`);
      const lines = await found();
      expect(lines, column.name).toHaveLength(2);
      expect(lines).toContain(expectedLine(table, row, null, "missing"));
      expect(lines.filter((line) => line.includes("unknown-row"))).toHaveLength(1);
    }
  });

  it("has contents that two rows exchanged found and repaired, in one tenant and across two", async () => {
    const mine = rowsIn(table, "acme");
    const pairs = [
      [mine[0], mine.find((row) => differs(table, row, mine[0]))],
      [mine[0], rowsIn(table, "globex").find((row) => differs(table, row, mine[0]))],
    ];
    for (const [one, other] of pairs) {
      if (one === undefined || other === undefined) {
        // One row a tenant: nothing to exchange with.
        expect(table).toBe("tenant");
        continue;
      }
      const names = nonKeys(table).map(({ name }) => `"${name}"`);
      const exchange = (from: Row, to: Row) =>
        `UPDATE projection."${table}" AS t SET (${names}) = (SELECT ${names} FROM copy WHERE ${where(table, from)})
          WHERE ${where(table, to)}`;
      await room.sql(`CREATE TABLE copy AS TABLE projection."${table}"`);
      await room.sql(exchange(one, other));
      await room.sql(exchange(other, one));
      await room.sql("DROP TABLE copy");
      const changed = nonKeys(table).filter(({ name }) => one[name] !== other[name]);
      expect(await found()).toEqual(
        [one, other]
          .flatMap((row) => changed.map(({ name }) => expectedLine(table, row, name)))
          .sort(),
      );
    }
  });

  it("has a row that was moved to another tenant found and moved back", async () => {
    for (const row of rowsIn(table, "acme").slice(0, 3)) {
      const taken = table === "tenant" || (table === "audit_entry" && row.entry === "0");
      const to = taken ? "initech" : "globex";
      await room.sql(
        `UPDATE projection."${table}" SET tenant = '${to}' WHERE ${where(table, row)}`,
      );
      expect(await found()).toEqual(
        [
          expectedLine(table, row, null, "missing"),
          expectedLine(table, { ...row, tenant: to }, null, "unknown-row"),
        ].sort(),
      );
    }
  });

  it("has deleted rows found and written anew, one or all", async () => {
    const rows = rowsIn(table);
    const [first] = rows;
    if (first === undefined) throw new Error("a table without a row");
    await room.sql(`DELETE FROM projection."${table}" WHERE ${where(table, first)}`);
    expect(await found()).toEqual([expectedLine(table, first, null, "missing")]);
    await room.sql(`DELETE FROM projection."${table}"`);
    expect(await found()).toEqual(
      rows.map((row) => expectedLine(table, row, null, "missing")).sort(),
    );
  });

  it("has rows that were set back to what they were earlier found and brought forward", async () => {
    const before = new Map(
      (await rowsOf(`old_${table}`)).map((row) => [JSON.stringify(keyOf(table, row)), row]),
    );
    const stale = rowsIn(table).flatMap((row) => {
      const old = before.get(JSON.stringify(keyOf(table, row)));
      return old !== undefined && differs(table, row, old) ? [{ row, old }] : [];
    });
    const names = nonKeys(table).map(({ name }) => `"${name}"`);
    for (const { row } of stale) {
      await room.sql(
        `UPDATE projection."${table}" SET (${names}) =
           (SELECT ${names} FROM public."old_${table}" WHERE ${where(table, row)}) WHERE ${where(table, row)}`,
      );
    }
    const expected = stale.flatMap(({ row, old }) =>
      nonKeys(table)
        .filter(({ name }) => row[name] !== old[name])
        .map(({ name }) => expectedLine(table, row, name)),
    );
    expect(await found()).toEqual(expected.sort());
    expect(stale.length > 0).toBe(!NEVER_CHANGED.includes(table));
  });
});

/** What is earlier than these rows is their absence. */
const NEVER_CHANGED: readonly TableName[] = [
  "tenant",
  "secret_version",
  "signature_line",
  "grant_secret",
  "audit_entry",
];

function differs(table: TableName, a: Row | undefined, b: Row | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return nonKeys(table).some(({ name }) => a[name] !== b[name]);
}

describe("the checker", () => {
  it("finds a planted row, and writes into its report nothing that the row chose", async () => {
    await room.sql(
      "INSERT INTO projection.grant_secret VALUES ('acme', 'r-1', E'line\\nbreak \\u001b[31m', 1, 'x', 9223372036854775807)",
    );
    const { differences } = await room.checker.run();
    expect(differences).toEqual([
      {
        table: "projection.grant_secret",
        key: { tenant: "acme", request: "r-1", secret: "(not an id)" },
        column: null,
        problem: "unknown-row",
        repaired: true,
      },
    ]);
    await expectRepaired();
  });

  it("finds and takes away a row whose index is larger than any number of ours", async () => {
    await room.sql(
      "INSERT INTO projection.audit_entry SELECT * FROM (SELECT 'acme', 9223372036854775807, now(), 'desk', 'c', 'x', ARRAY[]::text[], NULL, NULL, NULL, NULL, ARRAY[]::text[], NULL, 'done', NULL, 1) AS x",
    );
    expect(await found()).toEqual([
      'projection.audit_entry {"tenant":"acme","entry":"9223372036854775807"} null unknown-row true',
    ]);
    await expectRepaired();
  });

  it("tells of no difference while the projector is at work, and repairs under it", async () => {
    const projector = room.createProjector({ batchEntries: 3, pollMs: 1 });
    projector.start();
    const more = buildHistory(54, 540);
    const reports = [];
    for (let from = 340; from < 540; from += 20) {
      const appended = room.append(more, from, from + 20);
      reports.push(await room.checker.run());
      await appended;
    }
    expect(reports.flatMap((it) => it.differences)).toEqual([]);
    await room.sql("UPDATE projection.person SET status = 'revoked', name = 'Mallory'");
    const { differences } = await room.checker.run();
    expect(differences.length).toBeGreaterThan(15);
    await projector.reached(539, 30_000);
    await projector.stop();
    healthy = await contents();
    expect(await found()).toEqual([]);
  });

  it.each([
    [
      "moved beyond the ledger",
      "UPDATE projection.cursor SET next_index = 9223372036854775807",
      "changed",
    ],
    ["moved below zero", "UPDATE projection.cursor SET next_index = -7", "changed"],
    ["deleted", "DELETE FROM projection.cursor", "missing"],
    ["renamed", "UPDATE projection.cursor SET name = 'mine'", "missing"],
  ])("has the tables rebuilt when their cursor was %s", async (_, edit, problem) => {
    await room.sql(edit);
    const { differences } = await room.checker.run();
    expect(differences).toEqual([
      { table: "projection.cursor", key: {}, column: "next_index", problem, repaired: true },
    ]);
    await room.project();
    await expectRepaired();
  });

  it.each([10, -10])("finds and repairs what a cursor that was moved by %i leaves", async (by) => {
    await room.sql(
      "UPDATE projection.cursor SET next_index = next_index + $1 WHERE next_index + $1 <= $2",
      [by, room.ledger.head().size],
    );
    if (by > 0) {
      // Forward: as if the last ten entries had never been projected.
      await room.sql("DELETE FROM projection.audit_entry WHERE entry >= $1", [
        room.ledger.head().size - by,
      ]);
    }
    expect((await found()).length).toBeGreaterThan(9);
    await room.project();
    await expectRepaired();
  });
});

/** Columns that no check can hold against the ledger, and why that opens nothing. */
const UNCHECKED: Readonly<Record<string, string>> = {
  "draft.*": "waits for a signature; what is signed is what was shown, and is judged anew",
  "tree_head.id": "constraint: there is one row",
  "tree_head.fence": "the next append is refused by the database",
  "tree_head.holder": "tells an operator who has the pen",
  "tree_head.renewed_at": "the next append, or the next taker of the pen, sets it",
  "envelope.staged_at": "when to sweep what no statement named",
};

type PrimaryCase = {
  readonly columns: readonly string[];
  readonly edit: string;
  readonly expected: RegExp;
};

const PRIMARY: readonly PrimaryCase[] = [
  {
    columns: ["ledger_entry.bytes"],
    edit: "UPDATE keyservice.ledger_entry SET bytes = set_byte(bytes, 40, get_byte(bytes, 40) # 1) WHERE index = 17",
    expected: /ledger_entry \{"index":"17"\} bytes changed/,
  },
  {
    columns: ["ledger_entry.leaf_hash"],
    edit: "UPDATE keyservice.ledger_entry SET leaf_hash = set_byte(leaf_hash, 0, get_byte(leaf_hash, 0) # 1) WHERE index = 17",
    expected: /ledger_entry \{"index":"17"\} leaf_hash changed/,
  },
  {
    columns: ["ledger_entry.bytes", "ledger_entry.leaf_hash"],
    edit: `UPDATE keyservice.ledger_entry AS t SET bytes = o.bytes, leaf_hash = o.leaf_hash
             FROM keyservice.ledger_entry AS o WHERE t.index IN (17, 18) AND o.index = 35 - t.index`,
    expected:
      /ledger_entry \{"index":"17"\} bytes changed.*ledger_entry \{"index":"18"\} bytes changed/s,
  },
  {
    columns: ["ledger_entry.bytes", "ledger_entry.leaf_hash"],
    edit: "UPDATE keyservice.ledger_entry SET bytes = 'no entry', leaf_hash = sha256('\\x00' || 'no entry'::bytea) WHERE index = 17",
    expected: /ledger_entry \{"index":"17"\} bytes changed/,
  },
  {
    columns: ["ledger_entry.index"],
    edit: "UPDATE keyservice.ledger_entry SET index = 100000 WHERE index = 17",
    expected: /"index":"17"\} null missing.*beyond-the-head.*unknown-row/s,
  },
  {
    columns: ["ledger_entry.index"],
    edit: "DELETE FROM keyservice.ledger_entry WHERE index = (SELECT max(index) FROM keyservice.ledger_entry)",
    expected: /ledger_entry \{"index":"\d+"\} null missing/,
  },
  {
    columns: ["tree_head.size"],
    edit: "UPDATE keyservice.tree_head SET size = size - 1",
    expected: /tree_head \{"id":"1"\} size changed/,
  },
  {
    columns: ["tree_head.size"],
    edit: "UPDATE keyservice.tree_head SET size = 9223372036854775807",
    expected: /tree_head \{"id":"1"\} size changed/,
  },
  {
    columns: ["tree_head.size", "ledger_entry.index"],
    edit: `WITH more AS (UPDATE keyservice.tree_head SET size = size + 1 RETURNING size)
           INSERT INTO keyservice.ledger_entry SELECT size - 1, '\\x7b', sha256('\\x007b') FROM more`,
    expected: /tree_head \{"id":"1"\} size changed.*beyond-the-head.*unknown-row/s,
  },
  {
    columns: ["tree_head.root"],
    edit: "UPDATE keyservice.tree_head SET root = set_byte(root, 3, get_byte(root, 3) # 1)",
    expected: /tree_head \{"id":"1"\} root changed/,
  },
  {
    columns: ["tree_head.note"],
    edit: "UPDATE keyservice.tree_head SET note = overlay(note placing 'x' from 40)",
    expected: /tree_head \{"id":"1"\} note changed/,
  },
  {
    columns: ["tree_head.size"],
    edit: "DELETE FROM keyservice.tree_head",
    expected: /tree_head \{"id":"1"\} null missing/,
  },
  ...["digest", "tenant", "secret"].map((column) => ({
    columns: [`envelope.${column}`],
    edit: `UPDATE keyservice.envelope SET ${column} = ${column} || 'x' WHERE digest = '$ENVELOPE'`,
    expected: /envelope \{"digest":"[\w-]+"\} \w+ (?:changed|missing)/,
  })),
  {
    columns: ["envelope.version"],
    edit: "UPDATE keyservice.envelope SET version = version + 1 WHERE digest = '$ENVELOPE'",
    expected: /envelope \{"digest":"[\w-]+"\} version changed/,
  },
  {
    columns: ["envelope.sealed"],
    edit: "UPDATE keyservice.envelope SET sealed = set_byte(sealed, 3, get_byte(sealed, 3) # 1) WHERE digest = '$ENVELOPE'",
    expected: /envelope \{"digest":"[\w-]+"\} sealed changed/,
  },
  {
    columns: ["envelope.sealed", "envelope.tenant"],
    edit: `UPDATE keyservice.envelope AS t SET sealed = o.sealed FROM keyservice.envelope AS o
            WHERE t.digest = '$ENVELOPE' AND o.tenant <> t.tenant`,
    expected: /envelope \{"digest":"[\w-]+"\} sealed changed/,
  },
  {
    columns: ["envelope.digest"],
    edit: "DELETE FROM keyservice.envelope WHERE digest = '$ENVELOPE'",
    expected: /envelope \{"digest":"[\w-]+"\} null missing/,
  },
  ...["commitment", "label", "salt", "value"].map((column) => ({
    columns: [`opening.${column}`],
    edit: `UPDATE keyservice.opening SET ${column} = ${column} || 'x' WHERE value = 'Sam of acme'`,
    expected: /opening \{"tenant":"acme","commitment":"[\w-]+"\} null changed/,
  })),
  {
    columns: ["opening.tenant"],
    edit: "UPDATE keyservice.opening SET tenant = 'globex' WHERE value = 'Sam of acme'",
    expected: /opening \{"tenant":"globex","commitment":"[\w-]+"\} tenant changed/,
  },
  ...["root", "state", "signature"].map((column) => ({
    columns: [`snapshot.${column}`],
    edit: `UPDATE keyservice.snapshot SET ${column} = set_byte(${column}, 9, get_byte(${column}, 9) # 1)`,
    expected: /snapshot \{"size":"\d+"\} null changed true/,
  })),
  ...["size", "fold_version"].map((column) => ({
    columns: [`snapshot.${column}`],
    edit: `UPDATE keyservice.snapshot SET ${column} = ${column} + 1`,
    expected: /snapshot \{"size":"\d+"\} null changed true/,
  })),
];

async function restore(tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    await room.sql(`DELETE FROM keyservice.${table}`);
    await room.sql(`INSERT INTO keyservice.${table} SELECT * FROM saved_${table}`);
    await room.sql(`DROP TABLE saved_${table}`);
  }
}

describe("AUD-2 primary tables, edited behind the key service's back", () => {
  it("have a case for every column, or a reason why not", async () => {
    const all = [...(await listColumns("keyservice"))].flatMap(([table, columns]) =>
      columns.map(({ name }) => `${table}.${name}`),
    );
    const covered = new Set(PRIMARY.flatMap((it) => it.columns));
    const missing = all.filter(
      (column) =>
        !covered.has(column) &&
        UNCHECKED[column] === undefined &&
        UNCHECKED[column.replace(/\..*/, ".*")] === undefined,
    );
    expect(missing).toEqual([]);
    expect([...covered].filter((column) => !all.includes(column))).toEqual([]);
  });

  it.each(PRIMARY)("report $columns after: $edit", async ({ columns, edit, expected }) => {
    const tables = [...new Set(columns.map((it) => it.replace(/\..*/, "")))];
    const [envelope] = await room.sql<{ digest: string }>(
      `SELECT v.envelope AS digest FROM projection.secret s JOIN projection.secret_version v
         ON (v.tenant, v.secret, v.version) = (s.tenant, s.secret, s.current_version)
        WHERE s.status = 'active' AND s.tenant = 'acme' LIMIT 1`,
    );
    for (const table of tables) {
      await room.sql(`CREATE TABLE saved_${table} AS TABLE keyservice.${table}`);
    }
    const { differences } = await room
      .sql(edit.replace("$ENVELOPE", envelope?.digest ?? ""))
      .then(() => room.checker.run())
      .finally(() => restore(tables));
    expect(differences.map(lineOf).join("\n")).toMatch(expected);
    for (const { table, repaired } of differences) {
      expect(repaired).toBe(/^projection|snapshot$/.test(table));
    }
    await room.checker.run();
    await expectRepaired();
  });
});
