import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import type { CanaryScanner } from "./canary-scanner.ts";
import type { TestDatabase } from "./postgres.ts";

/** Every column of every row of every table: as text, and bytes as bytes. */
export async function lookInTables(
  scanner: CanaryScanner,
  place: string,
  { adminUrl }: TestDatabase,
): Promise<number> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    for (const { name } of tables) {
      const { rows } = await client.query<unknown[]>({
        text: `SELECT * FROM ${name}`,
        rowMode: "array",
      });
      for (const cell of rows.flat()) {
        if (cell === null) continue;
        const bytes = Buffer.isBuffer(cell)
          ? cell
          : Buffer.from(typeof cell === "string" ? cell : JSON.stringify(cell));
        scanner.look(`${place} ${name}`, bytes);
      }
    }
    return tables.length;
  } finally {
    await client.end();
  }
}

/** The database's own files, its write-ahead log and the server's log, flushed to the disk first. */
export async function lookInDatabaseFiles(
  scanner: CanaryScanner,
  place: string,
  { adminUrl }: TestDatabase,
): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query("CHECKPOINT");
    const { rows } = await client.query<{ folder: string; oid: string }>(
      `SELECT current_setting('data_directory') AS folder, oid::text FROM pg_database
        WHERE datname = current_database()`,
    );
    const [at] = rows;
    if (at === undefined) throw new Error("a database knows where it is");
    scanner.lookInFolder(`${place} files`, join(at.folder, "base", at.oid));
    scanner.lookInFolder(`${place} wal`, join(at.folder, "pg_wal"), { content: walRecords });
    const log = `${at.folder}.log`;
    if (existsSync(log)) scanner.look(`${place} log`, readFileSync(log));
  } finally {
    await client.end();
  }
}

const WAL_PAGE_BYTES = 8_192;
/** Of XLogPageHeaderData: `xlp_info` says whether the header is the long one, with which a segment begins. */
const WAL_PAGE = { infoAt: 2, isLong: 0x0002, longBytes: 40, shortBytes: 24 };

/** What stands on the pages of a segment of the write-ahead log: a record goes on behind the header of the next. */
function walRecords(segment: Buffer): Buffer {
  const pages: Buffer[] = [];
  for (let at = 0; at + WAL_PAGE_BYTES <= segment.length; at += WAL_PAGE_BYTES) {
    const page = segment.subarray(at, at + WAL_PAGE_BYTES);
    const isLong = (page.readUInt16LE(WAL_PAGE.infoAt) & WAL_PAGE.isLong) !== 0;
    pages.push(page.subarray(isLong ? WAL_PAGE.longBytes : WAL_PAGE.shortBytes));
  }
  return Buffer.concat(pages);
}
