import { createHash } from "node:crypto";
import pg from "pg";
import type { TestDatabase } from "./postgres.ts";

/** An event as it stands in the ledger; read by name here, so that this reader owes the service nothing. */
export type ReadEvent = { readonly type: string; readonly [field: string]: unknown };
export type ReadEntry = {
  readonly index: number;
  readonly at: string;
  readonly door: string;
  readonly correlation: string;
  readonly events: readonly ReadEvent[];
  readonly evidence: {
    readonly statement: Record<string, unknown>;
    readonly digest: string;
  } | null;
};

/**
 * Reads the ledger straight from the database, independently of the key service's code: rows in order,
 * each leaf hash recomputed, no gap. @throws Error where the rows do not form a ledger
 */
export async function readLedger(database: Pick<TestDatabase, "adminUrl">): Promise<ReadEntry[]> {
  const client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ index: string; bytes: Buffer; leaf_hash: Buffer }>(
      "SELECT index, bytes, leaf_hash FROM keyservice.ledger_entry ORDER BY index",
    );
    return rows.map((row, at) => {
      const hash = createHash("sha256")
        .update(Buffer.from([0]))
        .update(row.bytes)
        .digest();
      if (Number(row.index) !== at || !hash.equals(row.leaf_hash))
        throw new Error(`entry ${at} is not whole`);
      return { ...(JSON.parse(row.bytes.toString("utf8")) as Omit<ReadEntry, "index">), index: at };
    });
  } finally {
    await client.end();
  }
}

export function eventsOf(entries: readonly ReadEntry[], type: string): ReadEvent[] {
  return entries.flatMap((entry) => entry.events).filter((event) => event.type === type);
}
