import { emptyRoot, isConsistent, type TreeState } from "./consistency.ts";
import type { LogKey } from "./log-key.ts";
import { parseSubmission, type SubmittedCheckpoint } from "./submission.ts";

/** What a witness answers, each with the status that C2SP tlog-witness gives it. */
export type Judgement =
  | {
      readonly status: "cosign";
      readonly checkpoint: SubmittedCheckpoint;
      /** Lines of the log's own keys, to be kept with the checkpoint. */
      readonly logLines: readonly string[];
    }
  | { readonly status: "malformed" | "size-reversed" }
  | { readonly status: "unknown-log" }
  | { readonly status: "not-signed-by-log" }
  /** The submitter's idea of our size is wrong, or it has another root for it. */
  | { readonly status: "conflict"; readonly size: number }
  | { readonly status: "inconsistent" };

export type WitnessMemory = {
  /** Which logs this witness serves, and under which keys. */
  readonly keysOf: (origin: string) => readonly LogKey[];
  /** The newest checkpoint that it cosigned for this origin, or `null` before the first. */
  readonly latestOf: (origin: string) => TreeState | null;
};

/**
 * Judges one `add-checkpoint`. The caller makes sure that nothing else is judged for the same origin until
 * the outcome is on disk. Only the holder of the log's key gets past `not-signed-by-log`, and even that one
 * can only move the witness to a tree that continues what it has cosigned.
 */
export function judgeSubmission(body: string, memory: WitnessMemory): Judgement {
  const submission = parseSubmission(body);
  if (submission === null) return { status: "malformed" };
  const { oldSize, proof, checkpoint } = submission;

  const keys = memory.keysOf(checkpoint.origin);
  if (keys.length === 0) return { status: "unknown-log" };
  const logLines = verifiedLines(checkpoint, keys);
  if (logLines.length === 0) return { status: "not-signed-by-log" };
  if (oldSize > checkpoint.size) return { status: "size-reversed" };

  const latest = memory.latestOf(checkpoint.origin) ?? { size: 0, root: emptyRoot() };
  if (oldSize !== latest.size) return { status: "conflict", size: latest.size };
  if (oldSize === checkpoint.size) {
    if (!checkpoint.root.equals(latest.root)) return { status: "conflict", size: latest.size };
    if (proof.length > 0) return { status: "inconsistent" };
    return { status: "cosign", checkpoint, logLines };
  }
  if (!isConsistent(latest, checkpoint, proof)) return { status: "inconsistent" };
  return { status: "cosign", checkpoint, logLines };
}

/** Signatures of known keys that verify; a wrong one beside it condemns the note, as the specification advises. */
export function verifiedLines(checkpoint: SubmittedCheckpoint, keys: readonly LogKey[]): string[] {
  const lines: string[] = [];
  for (const { name, keyId, signature, line } of checkpoint.signatures) {
    const key = keys.find((k) => k.name === name && k.keyId === keyId);
    if (key === undefined) continue;
    if (!key.verify(checkpoint.text, signature)) return [];
    lines.push(line);
  }
  return lines;
}
