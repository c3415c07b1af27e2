import type { AnyRow, Change } from "./change.ts";
import { TABLE_NAMES, type TableName } from "./tables.ts";

/** What becomes of one row: replaced; made where there is none, then changed; or changed, as it is there. */
export type PendingRow =
  | { readonly mode: "put"; readonly row: AnyRow }
  | { readonly mode: "add"; readonly row: AnyRow; readonly values: AnyRow }
  | { readonly mode: "set"; readonly key: AnyRow; readonly values: AnyRow };

/**
 * Rows in memory, by table and key. Begun empty and fed every entry it holds what the tables should;
 * fed one batch, it holds the least that has to be written.
 */
export class RowBook {
  readonly #tables = new Map<TableName, Map<string, PendingRow>>(
    TABLE_NAMES.map((table) => [table, new Map()]),
  );

  take(changes: readonly Change[]): void {
    for (const change of changes) {
      const rows = this.#of(change.table);
      rows.set(change.id, merged(rows.get(change.id), change));
    }
  }

  rows(table: TableName): ReadonlyMap<string, PendingRow> {
    return this.#of(table);
  }

  /** A whole row, or undefined where there is none of that id. */
  whole(table: TableName, id: string): AnyRow | undefined {
    const pending = this.#of(table).get(id);
    if (pending === undefined || pending.mode === "set") return undefined;
    return pending.mode === "put" ? pending.row : { ...pending.row, ...pending.values };
  }

  #of(table: TableName): Map<string, PendingRow> {
    const rows = this.#tables.get(table);
    if (rows === undefined) throw new Error(`no projection table ${table}`);
    return rows;
  }
}

function merged(before: PendingRow | undefined, change: Change): PendingRow {
  switch (change.op) {
    case "put":
      return { mode: "put", row: change.row };
    case "add":
      return before ?? { mode: "add", row: change.row, values: {} };
    case "set": {
      const { key, values } = change;
      if (before === undefined) return { mode: "set", key, values };
      // Not into the row: where that is there already, the change must still be made.
      if (before.mode !== "put") return { ...before, values: { ...before.values, ...values } };
      return { mode: "put", row: { ...before.row, ...values } };
    }
  }
}
