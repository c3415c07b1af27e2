import { type ColumnKind, shapeOf, type TableName } from "../domain/tables.ts";

/** SQL of the projection tables, made from their shapes. All names are our own constants. */

const TYPES: Readonly<Record<ColumnKind, string>> = {
  text: "text",
  "text?": "text",
  texts: "text[]",
  integer: "integer",
  "integer?": "integer",
  bigint: "bigint",
  boolean: "boolean",
  instant: "timestamptz(3)",
  "instant?": "timestamptz(3)",
  json: "jsonb",
};

export const nameOf = (table: TableName) => `projection."${table}"`;
export const quoted = (column: string) => `"${column}"`;

/** Every column, those in clear last, with its PostgreSQL type. */
export function columnTypes(table: TableName): Map<string, string> {
  const { columns, opened } = shapeOf(table);
  const types = new Map(Object.entries(columns).map(([column, kind]) => [column, TYPES[kind]]));
  for (const column of Object.keys(opened)) types.set(column, "text");
  return types;
}

/** Rows of JSON, `$1`, as a relation `x` with these columns. */
function given(table: TableName, columns: readonly string[]): string {
  const types = columnTypes(table);
  const list = columns.map((column) => `${quoted(column)} ${types.get(column)}`);
  return `jsonb_to_recordset($1::jsonb) AS x(${list.join(", ")})`;
}

export function insertSql(table: TableName, onConflict: "replace" | "keep"): string {
  const { key } = shapeOf(table);
  const columns = [...columnTypes(table).keys()];
  const list = columns.map(quoted).join(", ");
  const replaced = columns
    .filter((it) => !key.includes(it))
    .map((it) => `${quoted(it)} = excluded.${quoted(it)}`);
  const action =
    onConflict === "keep" || replaced.length === 0
      ? "NOTHING"
      : `UPDATE SET ${replaced.join(", ")}`;
  return (
    `INSERT INTO ${nameOf(table)} (${list}) SELECT ${list} FROM ${given(table, columns)} ` +
    `ON CONFLICT (${key.map(quoted).join(", ")}) DO ${action}`
  );
}

/** Changes columns of rows that are there; returns the keys of those. */
export function updateSql(table: TableName, changed: readonly string[]): string {
  const { key } = shapeOf(table);
  const sets = changed.map((it) => `${quoted(it)} = x.${quoted(it)}`);
  return (
    `UPDATE ${nameOf(table)} AS t SET ${sets.join(", ")} FROM ${given(table, [...key, ...changed])} ` +
    `WHERE ${sameKey(key)} RETURNING ${key.map((it) => `t.${quoted(it)}`).join(", ")}`
  );
}

export function deleteSql(table: TableName): string {
  const { key } = shapeOf(table);
  return `DELETE FROM ${nameOf(table)} AS t USING ${given(table, key)} WHERE ${sameKey(key)}`;
}

function sameKey(key: readonly string[]): string {
  return key.map((it) => `t.${quoted(it)} = x.${quoted(it)}`).join(" AND ");
}
