import { hash } from "node:crypto";
import { access, constants, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { verifiedLines } from "../domain/judge-submission.ts";
import type { LogKey } from "../domain/log-key.ts";
import { parseCheckpointNote, type SubmittedCheckpoint } from "../domain/submission.ts";
import { writeAtomically } from "./atomic-write.ts";

/**
 * The newest checkpoint that was cosigned for each origin: one file each. Decisions start from the file and
 * not from a copy in memory, so that after a failed write they start from what is really there.
 */
export class CheckpointStore {
  readonly #folder: string;
  /** What this process has seen through to the disk, by path. A file that can be read need not be durable. */
  readonly #durable = new Map<string, string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async prepare(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await access(this.#folder, constants.R_OK | constants.W_OK);
  }

  /**
   * `null` when nothing was ever cosigned for this origin.
   * @throws Error for a file that no key of this log signed: the witness must not go on from there
   */
  async latest(origin: string, keys: readonly LogKey[]): Promise<KeptCheckpoint | null> {
    const path = this.#pathOf(origin);
    const note = await readIfThere(path);
    if (note === null) return null;
    const checkpoint = parseCheckpointNote(note);
    if (checkpoint?.origin !== origin || verifiedLines(checkpoint, keys).length === 0) {
      throw new Error(
        `${path} does not hold a checkpoint signed by the log ${origin}. Restore the file from this witness's ` +
          "backup; do not delete it: without it this witness would cosign a second history",
      );
    }
    return { ...checkpoint, note };
  }

  /**
   * Resolves when the checkpoint is durable; writes nothing when it is so already. After a failure it may or
   * may not stand there: call it again before vouching for it.
   */
  async keep(checkpoint: SubmittedCheckpoint, logLines: readonly string[]): Promise<void> {
    const path = this.#pathOf(checkpoint.origin);
    if (this.#durable.get(path) === checkpoint.text) return;
    await writeAtomically(path, `${checkpoint.text}\n${logLines.join("")}`, 0o600);
    this.#durable.set(path, checkpoint.text);
  }

  #pathOf(origin: string): string {
    // An origin is any line of text, a file name is not.
    return join(this.#folder, `${hash("sha256", origin, "hex")}.checkpoint`);
  }
}

export type KeptCheckpoint = SubmittedCheckpoint & { readonly note: string };

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
