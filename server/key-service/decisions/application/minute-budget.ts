import type { Clock } from "../../../kernel/clock.ts";

const MINUTE_MS = 60_000;

/** So many a minute, by the monotonic clock: what bounds how many entries anybody can cause. */
export class MinuteBudget {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #perMinute: number;
  #minute = Number.NEGATIVE_INFINITY;
  #taken = 0;

  constructor(clock: Pick<Clock, "monotonic">, perMinute: number) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  /** True at the first call within a minute: the budget is whole again, and what was left out is due. */
  turn(): boolean {
    const minute = Math.floor(this.#clock.monotonic() / MINUTE_MS);
    if (minute === this.#minute) return false;
    this.#minute = minute;
    this.#taken = 0;
    return true;
  }

  /** False where the minute's budget is spent. */
  take(): boolean {
    if (this.#taken >= this.#perMinute) return false;
    this.#taken += 1;
    return true;
  }
}
