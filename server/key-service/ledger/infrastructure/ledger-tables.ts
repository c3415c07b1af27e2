import type { Pool } from "pg";
import type { StoredEntry } from "../domain/ledger.ts";
import type { Pen } from "./pen.ts";
import type { WriterConnection } from "./writer-connection.ts";

/** The SQL of `keyservice.ledger_entry` and `keyservice.tree_head`. */

export type HeadRow = { readonly size: number; readonly root: Buffer; readonly note: string };

/** Creates the head of a ledger that never was; leaves an existing one alone. */
export async function createHeadIfAbsent(
  connection: WriterConnection,
  head: HeadRow,
): Promise<void> {
  await connection.run({
    text: `INSERT INTO keyservice.tree_head (id, size, root, note, fence, holder, renewed_at)
           VALUES (1, $1, $2, $3, 0, '', clock_timestamp()) ON CONFLICT (id) DO NOTHING`,
    values: [head.size, head.root, head.note],
  });
}

export async function readHead(connection: WriterConnection): Promise<HeadRow | null> {
  const { rows } = await connection.run<{ size: string; root: Buffer; note: string }>({
    text: "SELECT size, root, note FROM keyservice.tree_head WHERE id = 1",
  });
  const row = rows[0];
  return row === undefined ? null : { size: Number(row.size), root: row.root, note: row.note };
}

/** Rows at or beyond `size`: entries that no signed head covers. */
export async function countEntriesBeyond(
  connection: WriterConnection,
  size: number,
): Promise<number> {
  const { rows } = await connection.run<{ count: string }>({
    text: "SELECT count(*) FROM keyservice.ledger_entry WHERE index >= $1::bigint OR index < 0",
    values: [size],
  });
  return Number(rows[0]?.count ?? 0);
}

/** Server settings without which a commit is not durable, whatever the session asks for. */
export async function findUnsafeSetting(connection: WriterConnection): Promise<string | null> {
  const { rows } = await connection.run<{ name: string; setting: string }>({
    text: "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting <> 'on'",
  });
  return rows[0] === undefined ? null : `${rows[0].name} = ${rows[0].setting}`;
}

const leafPageSize = 8_192;

/**
 * The stored leaf hashes [0, size), in pages of up to 256 KiB, 32 bytes each. One value a page instead of
 * one row a leaf: ten times faster than rows. A page with a gap comes back short: the caller must count.
 */
export async function* readLeafHashes(
  connection: WriterConnection,
  size: number,
): AsyncGenerator<{ readonly from: number; readonly to: number; readonly hashes: Buffer }> {
  for (let from = 0; from < size; from += leafPageSize) {
    const to = Math.min(from + leafPageSize, size);
    const { rows } = await connection.run<{ hashes: Buffer | null }>({
      name: "read-leaf-hashes",
      text: `SELECT string_agg(leaf_hash, ''::bytea ORDER BY index) AS hashes
               FROM keyservice.ledger_entry WHERE index >= $1::bigint AND index < $2::bigint`,
      values: [from, to],
    });
    yield { from, to, hashes: rows[0]?.hashes ?? Buffer.alloc(0) };
  }
}

const entryPageSize = 1_000;

/** Entries [from, to) in order, a page at a time. Ends early where rows are missing. */
export async function* readEntries(
  pool: Pool,
  from: number,
  to: number,
): AsyncGenerator<StoredEntry> {
  for (let start = from; start < to; ) {
    const { rows } = await pool.query<{ index: string; bytes: Buffer }>({
      name: "read-ledger-entries",
      text: `SELECT index, bytes FROM keyservice.ledger_entry
              WHERE index >= $1::bigint AND index < $2::bigint ORDER BY index LIMIT ${entryPageSize}`,
      values: [start, to],
    });
    for (const row of rows) yield { index: Number(row.index), bytes: row.bytes };
    if (rows.length === 0) return;
    start = Number(rows.at(-1)?.index) + 1;
  }
}

export type Batch = {
  readonly pen: Pen;
  readonly fromSize: number;
  readonly entries: readonly Buffer[];
  readonly leafHashes: readonly Buffer[];
  readonly head: HeadRow;
};

/**
 * Appends a batch and moves the head in one statement, hence in one transaction and one fsync: either all
 * of it is on disk under a signed head, or nothing. The row count is the fence: entries go in only where
 * the head still has our size and our fence. Also renews the pen.
 * @returns rows inserted: all, or 0 when another writer holds the pen
 */
export async function appendBatch(connection: WriterConnection, batch: Batch): Promise<number> {
  const result = await connection.run({
    name: "append-batch",
    text: `WITH moved AS (
             UPDATE keyservice.tree_head
                SET size = $5::bigint, root = $6::bytea, note = $7::text, renewed_at = clock_timestamp()
              WHERE id = 1 AND size = $1::bigint AND fence = $2::bigint
          RETURNING id)
           INSERT INTO keyservice.ledger_entry (index, bytes, leaf_hash)
           SELECT $1::bigint + new.position - 1, new.bytes, new.leaf_hash
             FROM moved,
                  unnest($3::bytea[], $4::bytea[]) WITH ORDINALITY AS new(bytes, leaf_hash, position)`,
    values: [
      batch.fromSize,
      batch.pen.fence,
      encodeByteaArray(batch.entries),
      encodeByteaArray(batch.leafHashes),
      batch.head.size,
      batch.head.root,
      batch.head.note,
    ],
  });
  return result.rowCount ?? 0;
}

const byteaOid = 17;

/**
 * A one-dimensional `bytea[]` in PostgreSQL's binary format (`array_recv`): the driver sends a Buffer as a
 * binary parameter, and would write an array of Buffers as text of twice the length.
 */
function encodeByteaArray(items: readonly Buffer[]): Buffer {
  const encoded = Buffer.allocUnsafe(20 + items.reduce((sum, item) => sum + 4 + item.length, 0));
  encoded.writeInt32BE(1, 0); // dimensions
  encoded.writeInt32BE(0, 4); // no nulls
  encoded.writeInt32BE(byteaOid, 8);
  encoded.writeInt32BE(items.length, 12);
  encoded.writeInt32BE(1, 16); // lower bound
  let offset = 20;
  for (const item of items) {
    encoded.writeInt32BE(item.length, offset);
    item.copy(encoded, offset + 4);
    offset += 4 + item.length;
  }
  return encoded;
}
