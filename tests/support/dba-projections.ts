import { type Column, type DatabaseAttacker, flipped } from "./database-attacker.ts";
import type { DbaBench } from "./dba-bench.ts";
import { eventually } from "./eventually.ts";

/** Whole rows: a checker names every column that differs. The first two are the short form. */
export const PROJECTION_ALTERATIONS = [
  "flip",
  "delete",
  "swap",
  "swap tenant",
  "other key",
] as const;
type ProjectionAlteration = (typeof PROJECTION_ALTERATIONS)[number];

/** Waits until the projections have every entry there is. */
export async function projectedFully({ dba, written }: DbaBench): Promise<void> {
  await eventually(
    "the projections of all entries",
    written,
    () => dba.rows("SELECT 1 FROM projection.cursor, keyservice.tree_head WHERE next_index = size"),
    (it) => it.length === 1,
  );
}

/**
 * Alters one row of a projection in all of its columns at once.
 * @returns the columns that must be named; null where the table has no two rows that differ so
 */
export async function alterProjection(
  dba: DatabaseAttacker,
  columns: readonly Column[],
  how: ProjectionAlteration,
): Promise<string[] | null> {
  const name = `projection."${columns[0]?.table}"`;
  const keys = await dba.rows(
    `SELECT attname AS column FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
      WHERE indrelid = $1::regclass AND indisprimary`,
    [name],
  );
  const isKey = (it: Column) => keys.some((key) => key.column === it.column);
  const rest = columns.filter((it) => !isKey(it));
  const select = [
    ...columns.map((it) => `"${it.column}"::text AS "${it.column}"`),
    "ctid::text AS row",
  ];
  const rows = await dba.rows(`SELECT ${select.join(", ")} FROM ${name} ORDER BY tenant, ctid`);
  const target = rows.find((it) => it.tenant !== "*");
  if (target === undefined) throw new Error(`${name} has no row of a tenant`);
  const write = async (of: readonly Column[], values: readonly (string | null)[]) => {
    const sets = of.map(
      (it, at) => `"${it.column}" = $${at + 2}::${it.type.replace(/^_(.*)/, "$1[]")}`,
    );
    await dba.rows(`UPDATE ${name} SET ${sets.join(", ")} WHERE ctid = $1::tid`, [
      target.row,
      ...values,
    ]);
  };
  switch (how) {
    case "flip":
      await write(
        rest,
        rest.map((it) => flipped(target[it.column] ?? null, it.type)),
      );
      return rest.map((it) => it.column);
    case "delete":
      await dba.rows(`DELETE FROM ${name} WHERE ctid = $1::tid`, [target.row]);
      return [];
    case "other key": {
      const last = columns.filter(isKey).at(-1);
      if (last === undefined) throw new Error(`${name} has no key`);
      await write(
        [last],
        [flipped(target[last.column] ?? null, last.type).replace(/^(\d+)$/, "9$1")],
      );
      return [];
    }
    case "swap":
    case "swap tenant": {
      const isOther = how === "swap tenant";
      const other = rows.find(
        (it) => it !== target && it.tenant !== "*" && (it.tenant !== target.tenant) === isOther,
      );
      const differing = rest.filter((it) => other?.[it.column] !== target[it.column]);
      if (other === undefined || differing.length === 0) return null;
      await write(
        differing,
        differing.map((it) => other[it.column] ?? null),
      );
      return differing.map((it) => it.column);
    }
  }
}
