import type { Clock } from "../../../kernel/clock.ts";

/** Stands until told to go on. */
export class FixedClock implements Clock {
  #ms = 1_000_000;
  wall(): number {
    return Date.UTC(2026, 10, 23, 10) + this.#ms;
  }
  monotonic(): number {
    return this.#ms;
  }
  pass(milliseconds: number): void {
    this.#ms += milliseconds;
  }
}
