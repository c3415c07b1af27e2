import { setTimeout as pause } from "node:timers/promises";
import type { DomainEvent } from "../domain/event.ts";
import type { CommandPath } from "./command-path.ts";

type TamperingFound = Extract<DomainEvent, { type: "TamperingFound" }>;

const ATTEMPTS = 60;
const PAUSE_MS = 1_000;

/**
 * Puts a report into the ledger. What was found may be the very reason why the ledger is being read again
 * just now: then it is tried again, for a minute, because nobody else will. Where an append was lost
 * halfway it may stand there twice. Never throws.
 */
export async function recordTampering(
  path: Pick<CommandPath, "record">,
  correlation: string,
  event: TamperingFound,
  pauseMs = PAUSE_MS,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const recorded = await path.record("system", correlation, [event]).catch(() => null);
    if (recorded?.ok || (recorded !== null && recorded.error.code !== "unavailable")) return;
    await pause(pauseMs, undefined, { ref: false });
  }
}
