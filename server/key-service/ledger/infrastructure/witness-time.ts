import type { Clock } from "../../../kernel/clock.ts";

export type WitnessTime = {
  /** POSIX time that the witness signed. */
  readonly timestampSeconds: number;
  /** When its cosignature arrived, on our monotonic clock. */
  readonly receivedAtMonotonicMs: number;
};

/**
 * The newest time that each witness signed. An answer that does not move a witness's time forward is no
 * news: replaying an old cosignature does not make it fresh.
 */
export class WitnessTimes {
  readonly #clock: Clock;
  readonly #quorum: number;
  readonly #newest = new Map<string, WitnessTime>();

  constructor(clock: Clock, quorum: number) {
    this.#clock = clock;
    this.#quorum = quorum;
  }

  record(witness: string, timestampSeconds: number): void {
    const before = this.#newest.get(witness);
    if (before !== undefined && timestampSeconds <= before.timestampSeconds) return;
    this.#newest.set(witness, { timestampSeconds, receivedAtMonotonicMs: this.#clock.monotonic() });
  }

  /**
   * The newest time that a quorum of witnesses vouches for: the k-th newest, so that fewer than k lying
   * witnesses cannot push it into the future. `null` before k of them have cosigned.
   */
  newest(): WitnessTime | null {
    const latestFirst = [...this.#newest.values()].sort((a, b) => startOf(b) - startOf(a));
    return latestFirst[Math.max(this.#quorum, 1) - 1] ?? null;
  }
}

/** The signed time at our monotonic zero: what makes times that arrived at different moments comparable. */
function startOf(time: WitnessTime): number {
  return time.timestampSeconds * 1_000 - time.receivedAtMonotonicMs;
}
