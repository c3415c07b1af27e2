import type { AnyRow, Change } from "./change.ts";
import { TABLE_NAMES, type TableName } from "./tables.ts";

/** What becomes of one row: replaced, there if it was not, or some columns of one that is there already. */
export type PendingRow =
  | { readonly mode: "put" | "add"; readonly row: AnyRow }
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
    return pending === undefined || pending.mode === "set" ? undefined : pending.row;
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
      return before ?? { mode: "add", row: change.row };
    case "set": {
      const { key, values } = change;
      if (before === undefined) return { mode: "set", key, values };
      if (before.mode === "set") return { ...before, values: { ...before.values, ...values } };
      return { ...before, row: { ...before.row, ...values } };
    }
  }
}
