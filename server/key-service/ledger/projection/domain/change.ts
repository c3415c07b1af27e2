import type { Instant } from "@countersign/protocol/instants";
import { shapeOf, type TABLES, type TableName } from "./tables.ts";

type Values = {
  text: string;
  "text?": string | null;
  texts: readonly string[];
  integer: number;
  "integer?": number | null;
  bigint: number;
  boolean: boolean;
  instant: Instant;
  "instant?": Instant | null;
  json: unknown;
};

type Columns<T extends TableName> = (typeof TABLES)[T]["columns"];
/** A whole row, without the columns in clear that openings fill. */
export type RowOf<T extends TableName> = {
  readonly [C in keyof Columns<T>]: Columns<T>[C] extends keyof Values
    ? Values[Columns<T>[C]]
    : never;
};
type KeyOf<T extends TableName> = Pick<
  RowOf<T>,
  Extract<(typeof TABLES)[T]["key"][number], keyof RowOf<T>>
>;

export type AnyRow = Readonly<Record<string, unknown>>;

/** What one event does to one row. `add` leaves a row alone that is there; `put` replaces it. */
export type Change = { readonly table: TableName; readonly id: string } & (
  | { readonly op: "put" | "add"; readonly row: AnyRow }
  | { readonly op: "set"; readonly key: AnyRow; readonly values: AnyRow }
);

export function put<T extends TableName>(table: T, row: RowOf<T>): Change {
  return { op: "put", table, id: rowId(table, row), row };
}

export function add<T extends TableName>(table: T, row: RowOf<T>): Change {
  return { op: "add", table, id: rowId(table, row), row };
}

export function set<T extends TableName>(
  table: T,
  key: KeyOf<T>,
  values: Partial<Omit<RowOf<T>, keyof KeyOf<T>>>,
): Change {
  return { op: "set", table, id: rowId(table, key), key, values };
}

/** The row's key as one text, unique within its table. */
export function rowId(table: TableName, row: AnyRow): string {
  return JSON.stringify(shapeOf(table).key.map((column) => row[column]));
}

/** The columns that name the row. */
export function keyOf(table: TableName, row: AnyRow): AnyRow {
  return Object.fromEntries(shapeOf(table).key.map((column) => [column, row[column]]));
}
