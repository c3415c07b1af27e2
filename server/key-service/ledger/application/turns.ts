import { setImmediate as nextTurn } from "node:timers/promises";

const TURN_MS = 8;

/** Gives the event loop to others every few milliseconds of a long piece of work. */
export class Turns {
  #ends = performance.now() + TURN_MS;

  async pass(): Promise<void> {
    if (performance.now() < this.#ends) return;
    await nextTurn();
    this.#ends = performance.now() + TURN_MS;
  }

  /** For loops that must not await when there is no need. */
  get isOver(): boolean {
    return performance.now() >= this.#ends;
  }
}
