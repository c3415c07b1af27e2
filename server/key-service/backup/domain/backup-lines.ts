import * as z from "zod";

/*
 * What a backup holds, one JSON value a line, in this order: the manifest; each table with its rows; each file with
 * its bytes; the end. Everything in it is text: columns as PostgreSQL writes them, so that what is read is what goes
 * back, whatever the type.
 */

/** Tables that nothing else holds, in the order in which they are written and restored. All else is made from them. */
export const BACKED_UP_TABLES = [
  "ledger_entry",
  "tree_head",
  "envelope",
  "opening",
  "draft",
] as const;
export type BackedUpTable = (typeof BACKED_UP_TABLES)[number];

/** Beyond an envelope of the largest value in hexadecimal, with room. */
export const LONGEST_LINE = 1024 * 1024;
/** Bytes of a file in one line. */
export const DATA_BYTES = 48 * 1024;

const count = z.int().min(0);
const word = z.string().regex(/^[a-z_][a-z0-9_]*$/);
const column = z.strictObject({ name: word, type: z.string().regex(/^[a-z][a-z0-9 ]{0,60}$/) });

export const manifest = z.strictObject({
  v: z.literal(1),
  createdAt: z.iso.datetime(),
  origin: z.string().min(1).max(200),
  /** Of the ledger as it is in this backup, standard base64. */
  size: count,
  root: z.string(),
  /** The checkpoint of that very size, signed by the log's key and by witnesses. */
  checkpoint: z.string().max(65_536),
  token: z.discriminatedUnion("kind", [
    /** A software token: its folder is among the files. Its objects stay encrypted under its PIN. */
    z.strictObject({ kind: z.literal("folder"), label: z.string() }),
    /** Keys that no backup of ours holds: the vendor's tool makes one. */
    z.strictObject({ kind: z.literal("vendor"), label: z.string(), library: z.string() }),
  ]),
});
export type Manifest = z.infer<typeof manifest>;

/** Where a file goes back to, and its name there: letters, digits, dots and dashes, no way out of its folder. */
const filePath = z
  .string()
  .max(300)
  .regex(/^(?:state|token)(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/);

export const backupLine = z.union([
  z.strictObject({ manifest }),
  z.strictObject({ table: z.enum(BACKED_UP_TABLES), columns: z.array(column).min(1).max(50) }),
  z.strictObject({ row: z.array(z.string().nullable()).max(50) }),
  z.strictObject({ tableEnd: z.enum(BACKED_UP_TABLES), rows: count }),
  z.strictObject({ file: filePath, bytes: count }),
  z.strictObject({ data: z.base64() }),
  z.strictObject({ fileEnd: filePath }),
  z.strictObject({ end: z.strictObject({ rows: count, files: count }) }),
]);
export type BackupLine = z.infer<typeof backupLine>;
export type Column = z.infer<typeof column>;

/** `\x…` as PostgreSQL writes bytea. Null for anything else. */
export function fromHex(text: string | null | undefined): Buffer | null {
  if (text === null || text === undefined || !/^\\x(?:[0-9a-f]{2})*$/.test(text)) return null;
  return Buffer.from(text.slice(2), "hex");
}
