import type { Clock } from "../../../kernel/clock.ts";
import type { Refused } from "../domain/event.ts";
import { MinuteBudget } from "./minute-budget.ts";

/**
 * Every refusal is history, yet nobody may fill the ledger by knocking. Up to `perMinute` refusals are
 * entries of their own; what comes beyond is counted, and each kind written as one entry with its
 * count when the minute is over.
 */
export class RefusalBudget {
  readonly #budget: MinuteBudget;
  readonly #summed = new Map<string, Refused>();

  constructor(clock: Pick<Clock, "monotonic">, perMinute = 600) {
    this.#budget = new MinuteBudget(clock, perMinute);
  }

  /** What to write now for this refusal: itself, nothing, or also sums of the minute before. */
  admit(refused: Refused): Refused[] {
    const before = this.#turn();
    if (this.#budget.take()) return [...before, refused];
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
    if (!this.#budget.turn()) return [];
    const sums = [...this.#summed.values()];
    this.#summed.clear();
    return sums;
  }
}
