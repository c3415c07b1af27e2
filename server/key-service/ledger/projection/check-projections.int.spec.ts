import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CheckedRoom, type Column, expectedLine, type Row, where } from "./checked-room.fixture.ts";
import { shapeOf, TABLE_NAMES, type TableName } from "./domain/tables.ts";

let checked: CheckedRoom;
beforeAll(async () => {
  checked = await CheckedRoom.create();
});
afterAll(() => checked?.room.dispose());

/** What is earlier than these rows is their absence. */
const NEVER_CHANGED: readonly TableName[] = [
  "tenant",
  "secret_version",
  "signature_line",
  "grant_secret",
  "fetch",
  "audit_entry",
];

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

describe.each(TABLE_NAMES)("AUD-2 projection.%s, edited behind the key service's back", (table) => {
  afterEach(() => checked.expectRepaired());

  it("has every changed column found and repaired", async () => {
    const [row] = checked.rows(table);
    if (row === undefined) throw new Error("a table without a row");
    const columns = checked.nonKeys(table);
    expect(columns.length).toBeGreaterThan(0);
    const sets = columns.map((column) => `"${column.name}" = ${flipped(column)}`);
    await checked.room.sql(
      `UPDATE projection."${table}" SET ${sets.join(", ")} WHERE ${where(table, row)}`,
    );
    expect(await checked.found()).toEqual(
      columns.map(({ name }) => expectedLine(table, row, name)).sort(),
    );
  });

  it("has a row under a changed key found and repaired, whichever part of the key", async () => {
    const rows = checked.rows(table);
    const keys = checked.columns(table).filter(({ name }) => shapeOf(table).key.includes(name));
    for (const [at, column] of keys.entries()) {
      const row = rows[at % rows.length];
      if (row === undefined) throw new Error("a table without a row");
      // An index that nothing else has; a name that sorts elsewhere.
      const moved =
        column.type === "text" ? `'zz-' || "${column.name}"` : `"${column.name}" + 100000`;
      const set = `"${column.name}" = ${moved}`;
      await checked.room.sql(`UPDATE projection."${table}" SET ${set} WHERE ${where(table, row)}`);
      const lines = await checked.found();
      expect(lines, column.name).toHaveLength(2);
      expect(lines).toContain(expectedLine(table, row, null, "missing"));
      expect(lines.filter((line) => line.includes("unknown-row"))).toHaveLength(1);
    }
  });

  it("has contents that two rows exchanged found and repaired, in one tenant and across two", async () => {
    const mine = checked.rows(table, "acme");
    const pairs = [
      [mine[0], mine.find((row) => checked.differs(table, row, mine[0]))],
      [mine[0], checked.rows(table, "globex").find((row) => checked.differs(table, row, mine[0]))],
    ];
    for (const [one, other] of pairs) {
      if (one === undefined || other === undefined) {
        // One row a tenant: nothing to exchange with.
        expect(table).toBe("tenant");
        continue;
      }
      const names = checked.nonKeys(table).map(({ name }) => `"${name}"`);
      const exchange = (from: Row, to: Row) =>
        `UPDATE projection."${table}" AS t SET (${names}) = (SELECT ${names} FROM copy WHERE ${where(table, from)})
          WHERE ${where(table, to)}`;
      await checked.room.sql(`CREATE TABLE copy AS TABLE projection."${table}"`);
      await checked.room.sql(exchange(one, other));
      await checked.room.sql(exchange(other, one));
      await checked.room.sql("DROP TABLE copy");
      const changed = checked.nonKeys(table).filter(({ name }) => one[name] !== other[name]);
      expect(await checked.found()).toEqual(
        [one, other]
          .flatMap((row) => changed.map(({ name }) => expectedLine(table, row, name)))
          .sort(),
      );
    }
  });

  it("has a row that was moved to another tenant found and moved back", async () => {
    for (const row of checked.rows(table, "acme").slice(0, 3)) {
      const taken = table === "tenant" || (table === "audit_entry" && row.entry === "0");
      const to = taken ? "initech" : "globex";
      await checked.room.sql(
        `UPDATE projection."${table}" SET tenant = '${to}' WHERE ${where(table, row)}`,
      );
      expect(await checked.found()).toEqual(
        [
          expectedLine(table, row, null, "missing"),
          expectedLine(table, { ...row, tenant: to }, null, "unknown-row"),
        ].sort(),
      );
    }
  });

  it("has deleted rows found and written anew, one or all", async () => {
    const rows = checked.rows(table);
    const [first] = rows;
    if (first === undefined) throw new Error("a table without a row");
    await checked.room.sql(`DELETE FROM projection."${table}" WHERE ${where(table, first)}`);
    expect(await checked.found()).toEqual([expectedLine(table, first, null, "missing")]);
    await checked.room.sql(`DELETE FROM projection."${table}"`);
    expect(await checked.found()).toEqual(
      rows.map((row) => expectedLine(table, row, null, "missing")).sort(),
    );
  });

  it("has rows that were set back to what they were earlier found and brought forward", async () => {
    const before = new Map((await checked.oldRows(table)).map((row) => [where(table, row), row]));
    const stale = checked.rows(table).flatMap((row) => {
      const old = before.get(where(table, row));
      return old !== undefined && checked.differs(table, row, old) ? [{ row, old }] : [];
    });
    const names = checked.nonKeys(table).map(({ name }) => `"${name}"`);
    for (const { row } of stale) {
      await checked.room.sql(
        `UPDATE projection."${table}" SET (${names}) =
           (SELECT ${names} FROM public."old_${table}" WHERE ${where(table, row)}) WHERE ${where(table, row)}`,
      );
    }
    const expected = stale.flatMap(({ row, old }) =>
      checked
        .nonKeys(table)
        .filter(({ name }) => row[name] !== old[name])
        .map(({ name }) => expectedLine(table, row, name)),
    );
    expect(await checked.found()).toEqual(expected.sort());
    expect(stale.length > 0).toBe(!NEVER_CHANGED.includes(table));
  });
});
