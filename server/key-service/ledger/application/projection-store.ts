import type { Opening } from "@countersign/protocol/commitment";
import type { Commitment } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import type { AnyRow } from "../projection/domain/change.ts";
import type { TableName } from "../projection/domain/tables.ts";

/** Where the projections stand, as the database says. */
export type ProjectionPosition = {
  /** Index of the first entry that is not in them; null where there is no cursor. */
  readonly next: number | null;
  /** Largest index among audit entries; null where there are none. Every entry has one. */
  readonly highest: number | null;
};

/** Rows to write in one transaction, with the columns in clear filled in. */
export type RowWrites = {
  readonly put: readonly AnyRow[];
  /** Only where there is no such row. */
  readonly add: readonly AnyRow[];
  /** Keys and changed columns of rows that are there, after `put` and `add`. */
  readonly set: readonly AnyRow[];
  /** Keys of rows to take away, before all else. */
  readonly remove: readonly AnyRow[];
};
export type TableWrites = ReadonlyMap<TableName, RowWrites>;

export type RowName = { readonly table: TableName; readonly key: AnyRow };

export type WriteOutcome =
  /** `missing`: rows that were to be changed and are not there. Somebody took them away. */
  | { readonly status: "written"; readonly missing: readonly RowName[] }
  /** The cursor stands elsewhere: another projector was faster. Nothing was written. */
  | { readonly status: "fenced" };

/**
 * The projection tables. Each write is one transaction with the move of the cursor, which is its fence:
 * of two projectors with the same entries, one writes and the other is told. A write that throws may have
 * happened; `position` tells. Whoever listens (`db/changed-rows.ts`) hears of each change when it has become visible,
 * and of none that was rolled back.
 */
export interface ProjectionStore {
  position(): Promise<ProjectionPosition>;
  /** Where the cursor stands at `from`: writes, and moves it to `to`. */
  write(from: number, to: number, writes: TableWrites): Promise<WriteOutcome>;
  /** Empties every table and sets the cursor to 0. */
  reset(): Promise<void>;
  /** Sets the columns in clear that belong to these commitments; null erases. */
  retext(tenant: TenantId, texts: ReadonlyMap<Commitment, string | null>): Promise<void>;
}

/** What commitments open to. May lie: each opening is checked before it is used. */
export interface OpeningSource {
  load(tenant: TenantId, candidates: Iterable<string>): Promise<ReadonlyMap<Commitment, Opening>>;
}
