import { err, ok, type Result } from "../../../kernel/result.ts";
import { hashSizeBytes } from "./merkle.ts";
import {
  decodeBase64,
  type NoteRefusal,
  type NoteVerifier,
  parseNote,
  type SignedNote,
  verifyNote,
} from "./signed-note.ts";

/** The text of a C2SP tlog-checkpoint: which log, how many entries, which root. */
export type Checkpoint = {
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Buffer;
};

export type CheckpointRefusal = NoteRefusal | "checkpoint-malformed" | "checkpoint-of-another-log";

/** Text to sign, final newline included. Ours carry no extension lines. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${checkpoint.root.toString("base64")}\n`;
}

/** Strict: no leading zeroes, canonical base64, extension lines (ignored) not empty, size below 2^53. */
export function parseCheckpoint(text: string): Result<Checkpoint, "checkpoint-malformed"> {
  const lines = text.split("\n");
  const [origin, size, root] = lines;
  if (lines.pop() !== "" || lines.length < 3 || lines.some((line) => line === "")) {
    return err("checkpoint-malformed");
  }
  if (origin === undefined || size === undefined || !/^(0|[1-9][0-9]{0,15})$/.test(size)) {
    return err("checkpoint-malformed");
  }
  const hash = decodeBase64(root ?? "");
  if (hash?.length !== hashSizeBytes || !Number.isSafeInteger(Number(size))) {
    return err("checkpoint-malformed");
  }
  return ok({ origin, size: Number(size), root: hash });
}

/**
 * A checkpoint of `origin` that one of `verifiers` signed. Who does not hold a key can only present
 * checkpoints that were really signed, old ones included: compare sizes before trusting one as newest.
 */
export function openCheckpoint(
  note: string,
  origin: string,
  verifiers: readonly NoteVerifier[],
): Result<{ readonly checkpoint: Checkpoint; readonly note: SignedNote }, CheckpointRefusal> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const verified = verifyNote(parsed.value, verifiers);
  if (!verified.ok) return verified;
  const checkpoint = parseCheckpoint(parsed.value.text);
  if (!checkpoint.ok) return checkpoint;
  if (checkpoint.value.origin !== origin) return err("checkpoint-of-another-log");
  return ok({ checkpoint: checkpoint.value, note: parsed.value });
}
