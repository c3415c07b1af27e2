import { addSeconds, type Instant } from "@countersign/protocol/instants";

const FIRST_SECONDS = 10;
const LONGEST_SECONDS = 3600;

/** When a message that failed `tries` times is tried again: after 10 s, doubled each time, an hour at most. */
export function nextTry(now: Instant, tries: number): Instant {
  const doubled = FIRST_SECONDS * 2 ** Math.min(Math.max(0, tries - 1), 12);
  return addSeconds(now, Math.min(doubled, LONGEST_SECONDS));
}

/** From so many failures on it is told on Status: one lost packet is no news. */
export const FAILING_FROM = 3;
