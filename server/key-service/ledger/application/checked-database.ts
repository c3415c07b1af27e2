import type { TableName } from "../projection/domain/tables.ts";
import type { OpeningSource } from "./projection-store.ts";

/** A row as the database has it: each column as one comparable text, null for null (`comparable`). */
export type TextRow = Readonly<Record<string, string | null>>;

export type RawEntry = {
  readonly index: number;
  readonly bytes: Buffer;
  readonly leafHash: Buffer;
};
export type RawHead = { readonly size: number; readonly root: Buffer; readonly note: string };
export type RawEnvelope = {
  readonly digest: string;
  readonly tenant: string;
  readonly secret: string;
  readonly version: number;
  readonly sealed: Buffer;
};
export type RawOpening = Readonly<
  Record<"tenant" | "commitment" | "label" | "salt" | "value", string>
>;

/**
 * Everything that a check reads, as it stood at one moment (one snapshot of the database), raw: nothing
 * is verified on the way, and a number too large to be one of ours does not stop the reading.
 */
export interface CheckedDatabase {
  inSnapshot<T>(work: (snapshot: DatabaseSnapshot) => Promise<T>): Promise<T>;
}

export interface DatabaseSnapshot {
  /** The projections' cursor; null where there is none. */
  cursor(): Promise<number | null>;
  treeHead(): Promise<RawHead | null>;
  /** Rows [0, size), in order. */
  entries(size: number): AsyncIterable<RawEntry>;
  countEntriesOutside(size: number): Promise<number>;
  /** In any order, or in that of their entries. */
  rows(table: TableName, order?: "entry"): AsyncIterable<TextRow>;
  envelopes(): AsyncIterable<RawEnvelope>;
  openings(): AsyncIterable<RawOpening>;
  /** The same openings, by commitment; unverified too. */
  readonly openingSource: OpeningSource;
}
