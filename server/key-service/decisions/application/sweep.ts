import { randomBytes } from "node:crypto";
import { toBase32 } from "@countersign/protocol/bytes";
import type { DraftStore } from "../../statements/infrastructure/draft-store.ts";
import { decideExpiry } from "../domain/decide-expiry.ts";
import type { CommandPath } from "./command-path.ts";
import type { RefusalBudget } from "./refusal-budget.ts";
import type { TamperingReports } from "./tampering-reports.ts";

const EVERY_MS = 1000;
const DRAFTS_EVERY_MS = 600_000;
const MOST_PER_SWEEP = 100;

export type SweepParts = {
  readonly path: CommandPath;
  readonly refusals: RefusalBudget;
  readonly drafts: Pick<DraftStore, "removeOlderThan">;
  readonly onFault: (error: unknown) => void;
};

/**
 * Writes what happens by time alone: what ran out, sums of refusals and of reports. Nothing waits
 * for it: whoever decides compares times itself, so a late sweep opens nothing.
 */
export function startSweep(
  parts: SweepParts & { readonly tampering: Pick<TamperingReports, "sumUp"> },
): { stop: () => Promise<void> } {
  let draftsSweptAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    parts.tampering.sumUp();
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

/** One round. Resolves with whether old drafts were removed too. */
export async function sweep(
  { path, refusals, drafts }: SweepParts,
  withDrafts: boolean,
): Promise<boolean> {
  const now = path.now();
  if (!now.ok || !path.available) return false;
  const expired = decideExpiry(path.state, now.value, MOST_PER_SWEEP).map((event) => [event]);
  const sums = refusals.due();
  const correlation = toBase32(randomBytes(10));
  // Each expiry is an entry of its own, so that whoever looks for it finds it by its subject. All are
  // queued before this yields: no decision comes between what was read and what is written of it.
  const entries = [...expired, ...(sums.length > 0 ? [sums] : [])];
  await Promise.all(entries.map((events) => path.record("system", correlation, events)));
  if (!withDrafts) return false;
  await drafts.removeOlderThan(now.value);
  return true;
}
