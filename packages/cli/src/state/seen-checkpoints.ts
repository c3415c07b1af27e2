import { digest } from "@countersign/protocol/ids";
import { z } from "zod";
import type { StateDir } from "./state-dir.ts";

/** The largest checkpoint of each ledger that this machine has verified: what a rewritten history cannot pass. */
const FILE = "checkpoints.json";
const seen = z.strictObject({ size: z.int().min(0), root: digest, at: z.string().max(40) });
export type SeenCheckpoint = z.infer<typeof seen>;
const file = z.strictObject({ v: z.literal(1), ledgers: z.record(z.string().max(300), seen) });

export function readSeen(state: StateDir, origin: string): SeenCheckpoint | null {
  return state.read(FILE, file)?.ledgers[origin] ?? null;
}

/** Keeps the larger one: another command may have seen further meanwhile. */
export function keepSeen(state: StateDir, origin: string, next: SeenCheckpoint): void {
  const ledgers = state.read(FILE, file)?.ledgers ?? {};
  const known = ledgers[origin];
  if (known !== undefined && known.size >= next.size) return;
  state.write(FILE, { v: 1, ledgers: { ...ledgers, [origin]: next } });
}
