import { randomBytes } from "node:crypto";
import { toBase32 } from "@countersign/protocol/bytes";
import type { DraftStore } from "../../statements/infrastructure/draft-store.ts";
import { decideExpiry } from "../domain/decide-expiry.ts";
import type { CommandPath } from "./command-path.ts";
import type { RefusalBudget } from "./refusal-budget.ts";

const EVERY_MS = 1000;
const DRAFTS_EVERY_MS = 600_000;
const MOST_PER_ENTRY = 100;

export type SweepParts = {
  readonly path: CommandPath;
  readonly refusals: RefusalBudget;
  readonly drafts: DraftStore;
  readonly onFault: (error: unknown) => void;
};

/**
 * Writes what happens by time alone: proposals and grants that ran out, sums of refusals. Nothing waits
 * for it: whoever decides compares times itself, so a late sweep opens nothing.
 */
export function startSweep(parts: SweepParts): { stop: () => Promise<void> } {
  let draftsSweptAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = sweep(parts, performance.now() - draftsSweptAt > DRAFTS_EVERY_MS)
      .then((swept) => {
        if (swept) draftsSweptAt = performance.now();
      })
      .catch(parts.onFault);
  }, EVERY_MS);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

async function sweep(
  { path, refusals, drafts }: SweepParts,
  withDrafts: boolean,
): Promise<boolean> {
  const now = path.now();
  if (!now.ok || !path.available) return false;
  const events = [...decideExpiry(path.state, now.value, MOST_PER_ENTRY), ...refusals.due()];
  if (events.length > 0) await path.record("system", toBase32(randomBytes(10)), events);
  if (!withDrafts) return false;
  await drafts.removeOlderThan(now.value);
  return true;
}
