import { createHash, type Hash } from "node:crypto";
import { openCheckpoint } from "../../ledger/domain/checkpoint.ts";
import { cosignatureTimestamp } from "../../ledger/domain/cosignature.ts";
import { Frontier } from "../../ledger/domain/frontier.ts";
import { leafHash } from "../../ledger/domain/merkle.ts";
import { type NoteVerifier, verifyNote } from "../../ledger/domain/signed-note.ts";
import { damaged } from "./backup-fault.ts";
import {
  BACKED_UP_TABLES,
  type BackedUpTable,
  type BackupLine,
  type Column,
  fromHex,
  type Manifest,
} from "./backup-lines.ts";

/** Keys from elsewhere than the backup: who sealed it proves nothing, since anybody can seal to a public key. */
export type TrustedKeys = {
  readonly log: NoteVerifier;
  readonly witnesses: readonly NoteVerifier[];
  /** How many of the witnesses must have cosigned. */
  readonly quorum: number;
};

export type FileFound = { readonly path: string; readonly bytes: number; readonly sha256: string };

/** What a backup holds, proven. */
export type VerifiedBackup = {
  readonly manifest: Manifest;
  readonly tables: ReadonlyMap<
    BackedUpTable,
    { readonly columns: readonly Column[]; readonly rows: number }
  >;
  readonly files: readonly FileFound[];
  readonly cosigned: readonly { readonly witness: string; readonly timestampSeconds: number }[];
};

type OpenTable = {
  readonly name: BackedUpTable;
  readonly columns: readonly Column[];
  rows: number;
};
type OpenFile = {
  readonly path: string;
  readonly bytes: number;
  seen: number;
  readonly hash: Hash;
};

/**
 * Takes a backup's lines in order and proves them: the tree that its entries give is the one that the log's key
 * signed and witnesses cosigned, nothing is missing, doubled or out of its place. What entries do not cover
 * (values, texts) the key service compares with them whenever it uses it.
 *
 * Whoever knows the recipient's public key can seal what they like. They get no further than a history that the
 * log's key signed and the witnesses know.
 */
export class BackupVerifier {
  readonly #keys: TrustedKeys;
  readonly #tree = new Frontier();
  readonly #tables = new Map<BackedUpTable, OpenTable>();
  readonly #files = new Map<string, FileFound>();
  #manifest: Manifest | null = null;
  #cosigned: VerifiedBackup["cosigned"] = [];
  #table: OpenTable | null = null;
  #file: OpenFile | null = null;
  #rows = 0;
  #hasEnded = false;

  constructor(keys: TrustedKeys) {
    this.#keys = keys;
  }

  /** @throws BackupFault at the first line that is not as it must be */
  take(line: BackupLine): void {
    if (this.#hasEnded) throw damaged("something follows its end");
    if ("manifest" in line) this.#begin(line.manifest);
    else if (this.#manifest === null) throw damaged("it does not begin with what it holds");
    else if ("table" in line) this.#openTable(line.table, line.columns);
    else if ("row" in line) this.#takeRow(line.row);
    else if ("tableEnd" in line) this.#closeTable(line.tableEnd, line.rows);
    else if ("file" in line) this.#openFile(line.file, line.bytes);
    else if ("data" in line) this.#takeData(Buffer.from(line.data, "base64"));
    else if ("fileEnd" in line) this.#closeFile(line.fileEnd);
    else this.#end(line.end);
  }

  /** After the last line. @throws BackupFault where the end is missing */
  verified(): VerifiedBackup {
    if (!this.#hasEnded || this.#manifest === null) throw damaged("its end is missing");
    return {
      manifest: this.#manifest,
      tables: this.#tables,
      files: [...this.#files.values()],
      cosigned: this.#cosigned,
    };
  }

  #begin(of: Manifest): void {
    if (this.#manifest !== null) throw damaged("it begins twice");
    const { log, witnesses, quorum } = this.#keys;
    const opened = openCheckpoint(of.checkpoint, of.origin, [log]);
    if (!opened.ok) {
      throw damaged(`its checkpoint is not signed by the log key that was given (${opened.error})`);
    }
    const { checkpoint, note } = opened.value;
    if (checkpoint.size !== of.size || checkpoint.root.toString("base64") !== of.root) {
      throw damaged("its checkpoint is of another ledger than it says");
    }
    const known = verifyNote(note, witnesses);
    if (!known.ok && known.error !== "note-signer-unknown") {
      throw damaged(`a cosignature on its checkpoint is wrong (${known.error})`);
    }
    const lines = known.ok ? known.value : [];
    const newest = new Map(
      lines.map(({ name, signature }) => [name, cosignatureTimestamp(signature) ?? 0]),
    );
    if (newest.size < quorum) {
      throw damaged(
        `${newest.size} of the witnesses that were given cosigned its checkpoint, and ${quorum} must have`,
      );
    }
    this.#cosigned = [...newest].map(([witness, timestampSeconds]) => ({
      witness,
      timestampSeconds,
    }));
    this.#manifest = of;
  }

  #openTable(name: BackedUpTable, columns: readonly Column[]): void {
    const isNext = BACKED_UP_TABLES[this.#tables.size] === name;
    if (this.#table !== null || this.#file !== null || !isNext || this.#files.size > 0)
      throw damaged(`the table ${name} is not in its place`);
    if (new Set(columns.map((it) => it.name)).size !== columns.length)
      throw damaged(`the table ${name} names a column twice`);
    this.#table = { name, columns, rows: 0 };
    this.#tables.set(name, this.#table);
  }

  #takeRow(row: readonly (string | null)[]): void {
    const table = this.#table;
    if (table === null || row.length !== table.columns.length)
      throw damaged("a row stands in no table");
    const value = (name: string) => row[table.columns.findIndex((it) => it.name === name)];
    if (table.name === "ledger_entry") {
      const bytes = fromHex(value("bytes"));
      const leaf = bytes === null ? null : leafHash(bytes);
      const isNext = value("index") === String(table.rows);
      if (leaf === null || !isNext || fromHex(value("leaf_hash"))?.equals(leaf) !== true)
        throw damaged(`entry ${table.rows} of the ledger is missing or is not what was recorded`);
      this.#tree.append(leaf);
    }
    if (table.name === "tree_head") this.#judgeHead(value, table.rows);
    table.rows += 1;
    this.#rows += 1;
  }

  #judgeHead(value: (name: string) => string | null | undefined, before: number): void {
    const of = this.#manifest;
    const root = fromHex(value("root"))?.toString("base64");
    const note = value("note") ?? "";
    const isSigned = openCheckpoint(note, of?.origin ?? "", [this.#keys.log]);
    if (
      before > 0 ||
      value("size") !== String(of?.size) ||
      root !== of?.root ||
      !isSigned.ok ||
      isSigned.value.checkpoint.size !== of?.size
    )
      throw damaged("its tree head is not the one of its checkpoint");
  }

  #closeTable(name: BackedUpTable, rows: number): void {
    if (this.#table?.name !== name || this.#table.rows !== rows)
      throw damaged(`the table ${name} has another number of rows than it says`);
    const { size = -1, root = "" } = this.#manifest ?? {};
    if (name === "ledger_entry") {
      if (this.#tree.size !== size || this.#tree.root().toString("base64") !== root)
        throw damaged("its entries do not give the root that its checkpoint names");
    }
    if (name === "tree_head" && rows !== 1) throw damaged("it has no tree head");
    this.#table = null;
  }

  #openFile(path: string, bytes: number): void {
    const hasTables = this.#tables.size === BACKED_UP_TABLES.length && this.#table === null;
    if (!hasTables || this.#file !== null || this.#files.has(path))
      throw damaged(`the file ${path} is not in its place`);
    this.#file = { path, bytes, seen: 0, hash: createHash("sha256") };
  }

  #takeData(bytes: Buffer): void {
    if (this.#file === null) throw damaged("bytes stand in no file");
    this.#file.hash.update(bytes);
    this.#file.seen += bytes.length;
  }

  #closeFile(path: string): void {
    const file = this.#file;
    if (file?.path !== path || file.seen !== file.bytes)
      throw damaged(`the file ${path} has another length than it says`);
    this.#files.set(path, { path, bytes: file.bytes, sha256: file.hash.digest("hex") });
    this.#file = null;
  }

  #end({ rows, files }: { readonly rows: number; readonly files: number }): void {
    const isWhole = this.#tables.size === BACKED_UP_TABLES.length && this.#table === null;
    if (!isWhole || this.#file !== null || rows !== this.#rows || files !== this.#files.size)
      throw damaged("it ends before everything that it holds has come");
    this.#hasEnded = true;
  }
}
