import {
  type Column,
  type DatabaseAttacker,
  emptied,
  flipped,
  type RowRef,
  type Undo,
} from "./database-attacker.ts";
import type { Arena } from "./dba-arenas.ts";
import type { DbaBench } from "./dba-bench.ts";
import type { Alteration } from "./dba-cases.ts";

/** Not a small step: the next index may be taken. */
const FAR = 1_000_000;

/** Does one thing to one column of the row that an arena is about. */
export async function alter(
  dba: DatabaseAttacker,
  { target, sibling, foreign, older }: Arena,
  column: Column,
  how: Alteration,
): Promise<Undo> {
  const isKey = column.column === target.by;
  switch (how) {
    case "flip": {
      const was = await dba.get(target, column.column);
      const isNumber = isKey && column.type === "int8";
      return dba.set(
        target,
        column,
        isNumber ? String(Number(was) + FAR) : flipped(was, column.type),
      );
    }
    case "swap":
      return dba.swap(target, sibling, column);
    case "swap tenant":
      return dba.swap(target, foreign, column);
    case "old":
      if (older === null) throw new Error("rows of this table have no older state");
      return isKey
        ? dba.swap(target, older, column)
        : dba.set(target, column, await dba.get(older, column.column));
    case "delete":
      return isKey ? dba.remove(target) : dba.set(target, column, emptied(column.type));
  }
}

/** Flips one column of the newest row, or takes the row. */
export async function damage(bench: DbaBench, table: string, name: string): Promise<Undo> {
  const { dba } = bench;
  const by = { tree_head: "id", ledger_entry: "index", snapshot: "size" }[table] ?? "";
  // An entry from the middle; of the others the newest.
  const middle =
    table === "ledger_entry" ? "(SELECT count(*) / 2 FROM keyservice.ledger_entry)" : "0";
  const [found] = await dba.rows(
    `SELECT it."${by}"::text AS key FROM keyservice."${table}" AS it ORDER BY it."${by}" DESC OFFSET ${middle} LIMIT 1`,
  );
  if (found === undefined) throw new Error(`there is no row in ${table} to damage`);
  const row: RowRef = { table: `keyservice.${table}`, by, key: found.key ?? "" };
  if (name === "(row)") return dba.remove(row);
  const column = bench.columnOf(table, name);
  const was = await dba.get(row, name);
  const far = name === by ? String(Number(was) + FAR) : flipped(was, column.type);
  return dba.set(row, column, far);
}
