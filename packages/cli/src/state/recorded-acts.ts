import { deviceId, digest, personId, requestId, secretId } from "@countersign/protocol/ids";
import { z } from "zod";
import type { StateDir } from "./state-dir.ts";

/**
 * What this machine knows that the ledger records: acts whose signing it waited for, and openings whose
 * record it has proven. `log verify` proves them again, whatever the service lists. The newest of each are kept.
 */
const FILE = "recorded.json";
const MOST_KEPT = 100;

const recordedAct = z.strictObject({ digest, index: z.int().min(0) });
const recordedOpening = z.strictObject({
  index: z.int().min(0),
  request: requestId,
  secret: secretId,
  version: z.int().min(1),
  use: z.int().min(1).max(100),
  person: personId,
  device: deviceId,
  recipientKey: digest,
});
const ofLedger = z.strictObject({
  acts: z.array(recordedAct).max(MOST_KEPT),
  openings: z.array(recordedOpening).max(MOST_KEPT),
});
const file = z.strictObject({ v: z.literal(1), ledgers: z.record(z.string().max(300), ofLedger) });

export type RecordedAct = z.infer<typeof recordedAct>;
export type RecordedOpening = z.infer<typeof recordedOpening>;
export type Recorded = z.infer<typeof ofLedger>;

export function readRecorded(state: StateDir, origin: string): Recorded {
  return state.read(FILE, file)?.ledgers[origin] ?? { acts: [], openings: [] };
}

export function keepAct(state: StateDir, origin: string, act: RecordedAct): void {
  const known = readRecorded(state, origin);
  if (known.acts.some((it) => it.index === act.index && it.digest === act.digest)) return;
  write(state, origin, { ...known, acts: [...known.acts, act].slice(-MOST_KEPT) });
}

export function keepOpening(state: StateDir, origin: string, opening: RecordedOpening): void {
  const known = readRecorded(state, origin);
  write(state, origin, { ...known, openings: [...known.openings, opening].slice(-MOST_KEPT) });
}

function write(state: StateDir, origin: string, recorded: Recorded): void {
  const ledgers = state.read(FILE, file)?.ledgers ?? {};
  state.write(FILE, { v: 1, ledgers: { ...ledgers, [origin]: recorded } });
}
