import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CheckedRoom, lineOf, listColumns } from "./checked-room.fixture.ts";
import type { ProjectionRoom } from "./projection.fixture.ts";

let checked: CheckedRoom;
let room: ProjectionRoom;
beforeAll(async () => {
  checked = await CheckedRoom.create();
  room = checked.room;
});
afterAll(() => room?.dispose());

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
    const all = [...(await listColumns(room, "keyservice"))].flatMap(([table, columns]) =>
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
    await checked.expectRepaired();
  });
});
