import type { Topic } from "./topics.ts";

/** A topic is told at once, and then not again for this long. */
export const SOONEST_MS = 1_000;
/** However often it changes, it is told this often: workloads may fetch a thousand times a second. */
export const LATEST_MS = 10_000;

type Turn = {
  isWaiting: boolean;
  /** It changed before it might be told again: more often than it is told. */
  isBusy: boolean;
  nextAt: number;
  intervalMs: number;
};

/**
 * When one listener is told of which topics. A calm topic is told at once; one that changes faster than it is told
 * is told half as often each time, down to every ten seconds, and does not hold up any other. Times are milliseconds
 * of a monotonic clock.
 */
export class TopicPace {
  readonly #turns = new Map<Topic, Turn>();

  note(topics: Iterable<Topic>, nowMs: number): void {
    for (const topic of topics) {
      const turn = this.#turns.get(topic);
      if (turn === undefined) {
        const first = { isWaiting: true, isBusy: false, nextAt: nowMs, intervalMs: SOONEST_MS };
        this.#turns.set(topic, first);
        continue;
      }
      turn.isWaiting = true;
      turn.isBusy ||= nowMs < turn.nextAt;
    }
  }

  /** When the next topic that waits may be told; null where none waits. */
  dueAt(): number | null {
    let least: number | null = null;
    for (const { isWaiting, nextAt } of this.#turns.values())
      if (isWaiting && (least === null || nextAt < least)) least = nextAt;
    return least;
  }

  /** What is to be told now; it counts as told. */
  take(nowMs: number): Topic[] {
    const due: Topic[] = [];
    for (const [topic, turn] of this.#turns) {
      if (!turn.isWaiting || turn.nextAt > nowMs) continue;
      due.push(topic);
      turn.intervalMs = turn.isBusy ? Math.min(LATEST_MS, turn.intervalMs * 2) : SOONEST_MS;
      turn.nextAt = nowMs + turn.intervalMs;
      turn.isWaiting = false;
      turn.isBusy = false;
    }
    return due;
  }
}
