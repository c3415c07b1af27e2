import type { Clock } from "../../../kernel/clock.ts";
import type { Refused } from "../domain/event.ts";

/**
 * Every refusal is history, yet nobody may fill the ledger by knocking. Up to `perMinute` refusals are
 * entries of their own; what comes beyond is counted, and each kind written as one entry with its
 * count when the minute is over.
 */
export class RefusalBudget {
  readonly #clock: Clock;
  readonly #perMinute: number;
  readonly #summed = new Map<string, Refused>();
  #minute = Number.NEGATIVE_INFINITY;
  #admitted = 0;

  constructor(clock: Clock, perMinute = 600) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  /** What to write now for this refusal: itself, nothing, or also sums of the minute before. */
  admit(refused: Refused): Refused[] {
    const before = this.#turn();
    if (this.#admitted < this.#perMinute) {
      this.#admitted += 1;
      return [...before, refused];
    }
    const key = `${refused.tenant} ${refused.code} ${refused.attempt}`;
    const sum = this.#summed.get(key);
    const { workload: _, ...summed } = { ...refused, person: null, device: null, subject: null };
    this.#summed.set(key, { ...summed, count: (sum?.count ?? 0) + 1 });
    return before;
  }

  /** Sums that are due. Called by the sweep, so that a flood that stops is written too. */
  due(): Refused[] {
    return this.#turn();
  }

  #turn(): Refused[] {
    const minute = Math.floor(this.#clock.monotonic() / 60_000);
    if (minute === this.#minute) return [];
    this.#minute = minute;
    this.#admitted = 0;
    const sums = [...this.#summed.values()];
    this.#summed.clear();
    return sums;
  }
}
