import type { Clock } from "../../kernel/clock.ts";

/** What is counted faster than this is counted anew for everybody who asks. */
const CHEAP_MS = 50;
/** Counting takes at most one part in so many of the time. */
const REST = 10;
const LONGEST_MS = 30_000;
const MOST_KEPT = 500;

type Kept<T> = { readonly answer: Promise<T>; tookMs: number; until: number };

/**
 * Counts over a large tenant, kept for ten times as long as they took, at most 30 seconds: however many people watch,
 * the database spends a tenth of its time on them. In a small tenant nothing is kept, and every answer is of its moment.
 * Whoever asks while a costly count is under way gets what comes of it.
 */
export class CostlyAnswers<T> {
  readonly #clock: Pick<Clock, "monotonic">;
  /** Asked for longest ago first. */
  readonly #kept = new Map<string, Kept<T>>();

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** @param question everything that the answer depends on: the tenant and how far its asker's right reaches, too */
  async ask(question: readonly unknown[], count: () => Promise<T>): Promise<T> {
    const key = JSON.stringify(question);
    const kept = this.#kept.get(key);
    const from = this.#clock.monotonic();
    if (kept !== undefined && kept.tookMs >= CHEAP_MS && from < kept.until) return kept.answer;

    const answer = count();
    // What took long the last time is waited for by whoever comes meanwhile.
    const entry = { answer, tookMs: kept?.tookMs ?? 0, until: Number.POSITIVE_INFINITY };
    this.#keep(key, entry);
    try {
      const counted = await answer;
      const now = this.#clock.monotonic();
      entry.tookMs = now - from;
      entry.until = now + Math.min(LONGEST_MS, REST * entry.tookMs);
      return counted;
    } catch (error) {
      if (this.#kept.get(key) === entry) this.#kept.delete(key);
      throw error;
    }
  }

  #keep(key: string, entry: Kept<T>): void {
    this.#kept.delete(key);
    this.#kept.set(key, entry);
    for (const [oldest] of this.#kept) {
      if (this.#kept.size <= MOST_KEPT) return;
      this.#kept.delete(oldest);
    }
  }
}
