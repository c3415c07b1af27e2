import { open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { withDeadline } from "./deadline.ts";

/**
 * The last checkpoint of this log, kept beside the database and not in it: an old or edited database
 * then disagrees with it at the next start. Whoever can change this file *and* the database can still not
 * change what witnesses remember.
 */
export class CheckpointFile {
  readonly path: string;
  readonly #deadlineMs: number;
  #writtenSize = -1;
  #queue: Promise<void> = Promise.resolve();

  constructor(path: string, deadlineMs: number) {
    this.path = path;
    this.#deadlineMs = deadlineMs;
  }

  /** The note as it stands there, unverified, or `null` where there is no file. */
  async read(): Promise<string | null> {
    try {
      return await withDeadline(
        readFile(this.path, "utf8"),
        this.#deadlineMs,
        `reading ${this.path}`,
      );
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /**
   * Resolves when a checkpoint of at least this size is durable: temporary file, fsync, rename, fsync of
   * the directory. Writes run one after another; a size that already stands there is not written again.
   * @throws DeadlineExceeded or the file system's error; the file then holds the old or the new note
   */
  write(size: number, note: string): Promise<void> {
    const abandoned = new AbortController();
    const turn = this.#queue
      .catch(() => undefined) // A failed predecessor has told its own caller; each write starts afresh.
      .then(() => this.#writeInTurn(size, note, abandoned.signal));
    this.#queue = turn;
    return withDeadline(turn, this.#deadlineMs, `writing ${this.path}`).catch((error: unknown) => {
      abandoned.abort(error);
      throw error;
    });
  }

  async #writeInTurn(size: number, note: string, abandoned: AbortSignal): Promise<void> {
    abandoned.throwIfAborted();
    if (size <= this.#writtenSize) return;
    // One name a process: two key services on one host must not write into each other's file.
    const temporary = `${this.path}.${process.pid}.tmp`;
    const file = await open(temporary, "w", 0o600);
    try {
      await file.writeFile(note);
      await file.sync();
    } finally {
      await file.close();
    }
    // A write that was given up must not come late and put an older checkpoint in the place of a newer one.
    abandoned.throwIfAborted();
    await rename(temporary, this.path);
    const directory = await open(dirname(this.path), "r");
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
    this.#writtenSize = size;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
