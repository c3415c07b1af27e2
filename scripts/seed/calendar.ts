import type { SharedClock } from "./shared-clock.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

/** The days of the history, and when in them something ends by itself. */
export class Calendar {
  readonly #clock: SharedClock;
  /** The present that the history leads up to. POSIX milliseconds. */
  readonly #present: number;
  #ends: number[] = [];

  constructor(clock: SharedClock, present: number) {
    this.#clock = clock;
    this.#present = present;
  }

  /** Goes on at a time of day, UTC, so many days ago; at least one. */
  on(daysAgo: number, time: `${number}:${number}`): Promise<void> {
    const midnight = Math.floor((this.#present - daysAgo * DAY) / DAY) * DAY;
    const [hours = 0, minutes = 0] = time.split(":").map(Number);
    return this.#moveTo(midnight + (hours * 60 + minutes) * MINUTE);
  }

  minutesAgo(minutes: number): Promise<void> {
    return this.#moveTo(this.#present - minutes * MINUTE);
  }

  /** This very moment. */
  async present(): Promise<void> {
    await this.#moveTo(Date.now());
    await this.#clock.settle();
  }

  later(minutes: number): Promise<void> {
    return this.#moveTo(this.#clock.now() + minutes * MINUTE);
  }

  /** Something ends in so many seconds: time does not leap over that moment. */
  endsIn(seconds: number): void {
    this.#ends.push(this.#clock.now() + (seconds + 1) * 1000);
  }

  async #moveTo(time: number): Promise<void> {
    const due = this.#ends.filter((it) => it < time).sort((a, b) => a - b);
    this.#ends = this.#ends.filter((it) => it >= time);
    for (const end of due) await this.#clock.moveTo(end);
    await this.#clock.moveTo(time);
  }
}
