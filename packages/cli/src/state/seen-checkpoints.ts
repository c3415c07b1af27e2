import { digest } from "@countersign/protocol/ids";
import { z } from "zod";
import type { StateDir } from "./state-dir.ts";

/** The largest checkpoint of each ledger that this machine has verified: what a rewritten history cannot pass. */
const FILE = "checkpoints.json";
const MAX_CONTRADICTIONS = 50;
const seen = z.strictObject({
  size: z.int().min(0),
  root: digest,
  /** As it was signed: beside a note that contradicts it, it convicts whoever signed both. */
  note: z.string().max(65_536),
  at: z.string().max(40),
});
export type SeenCheckpoint = z.infer<typeof seen>;
const file = z.strictObject({ v: z.literal(2), ledgers: z.record(z.string().max(300), seen) });

export function readSeen(state: StateDir, origin: string): SeenCheckpoint | null {
  return state.read(FILE, file)?.ledgers[origin] ?? null;
}

/** Keeps the larger one: another command may have seen further meanwhile. */
export function keepSeen(state: StateDir, origin: string, next: SeenCheckpoint): void {
  const ledgers = state.read(FILE, file)?.ledgers ?? {};
  const known = ledgers[origin];
  if (known !== undefined && known.size >= next.size) return;
  state.write(FILE, { v: 2, ledgers: { ...ledgers, [origin]: next } });
}

/**
 * Keeps two signed checkpoints that cannot both be true. The same two make one file, however often they
 * are met; a service that shows a new lie each time fills 50 files and no more.
 * @returns the folder that holds them.
 */
export function keepContradiction(
  state: StateDir,
  of: { readonly seen: SeenCheckpoint; readonly shown: Omit<SeenCheckpoint, "at"> },
): string {
  const name = `${of.seen.size}-${of.shown.size}-${of.shown.root.slice(0, 8)}.json`;
  if (state.list("evidence").length < MAX_CONTRADICTIONS)
    state.write(`evidence/${name}`, { v: 1, ...of });
  return `${state.path}/evidence`;
}
