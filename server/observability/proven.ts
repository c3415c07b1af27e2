import type { Clock } from "../kernel/clock.ts";

export type Proof = { readonly isThere: boolean; readonly latencyMs: number | null };

const PROVEN_WITHIN_MS = 3_000;
const PROVEN_AGAIN_AFTER_MS = 1_000;

/**
 * Whether one thing is there, proven by using it. Whoever asks within a second shares the answer, and one proof is
 * under way at a time: who may ask as often as they like costs nothing more. What comes back is seen by the next.
 */
export class Proven {
  readonly #prove: () => Promise<unknown>;
  readonly #clock: Pick<Clock, "monotonic">;
  #proof: Promise<Proof> | null = null;
  #untilMs = 0;

  constructor(prove: () => Promise<unknown>, clock: Pick<Clock, "monotonic">) {
    this.#prove = prove;
    this.#clock = clock;
  }

  /** Never throws. */
  now(): Promise<Proof> {
    if (this.#proof !== null && this.#clock.monotonic() < this.#untilMs) return this.#proof;
    this.#untilMs = Number.POSITIVE_INFINITY; // until it has ended
    this.#proof = this.#try().finally(() => {
      this.#untilMs = this.#clock.monotonic() + PROVEN_AGAIN_AFTER_MS;
    });
    return this.#proof;
  }

  async #try(): Promise<Proof> {
    const from = this.#clock.monotonic();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((done) => {
      timer = setTimeout(() => done(false), PROVEN_WITHIN_MS);
    });
    const proven = Promise.resolve()
      .then(this.#prove)
      .then(
        () => true,
        () => false,
      );
    const isThere = await Promise.race([proven, late]);
    clearTimeout(timer);
    return { isThere, latencyMs: isThere ? this.#clock.monotonic() - from : null };
  }
}
