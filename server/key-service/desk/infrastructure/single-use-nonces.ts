import type { DeviceId } from "@countersign/protocol/ids";

export type NonceUse = "fresh" | "used" | "outside" | "full";

/**
 * Accepts each (device, nonce) once within a window of time around now.
 *
 * Invariant: a nonce is forgotten only together with its time. `#closedUntil` is the newest second of
 * which a nonce was ever forgotten; calls of that second and older are outside for good, so setting
 * the clock back cannot make a forgotten nonce fresh again. It begins at the second before this
 * process started: an earlier process may have taken those.
 *
 * In memory and bounded: when full, new calls are refused; a live nonce is never dropped to make room.
 */
export class SingleUseNonces {
  readonly #windowSeconds: number;
  readonly #maxInAll: number;
  #closedUntil: number;
  /** By second, so that forgetting is cheap. Keys: `device nonce`. */
  readonly #bySecond = new Map<number, Set<string>>();
  #size = 0;
  #swept = 0;

  constructor(of: { startedAt: number; windowSeconds: number; maxInAll: number }) {
    this.#closedUntil = of.startedAt - 1;
    this.#windowSeconds = of.windowSeconds;
    this.#maxInAll = of.maxInAll;
  }

  /** `at`: the second the caller names; `now`: unix seconds. The nonce must be in its one encoding already. */
  use(of: { device: DeviceId; nonce: string; at: number; now: number }): NonceUse {
    this.#forget(of.now);
    if (Math.abs(of.at - of.now) > this.#windowSeconds || of.at <= this.#closedUntil)
      return "outside";
    const used = this.#bySecond.get(of.at) ?? new Set<string>();
    const key = `${of.device} ${of.nonce}`;
    if (used.has(key)) return "used";
    if (this.#size >= this.#maxInAll) return "full";
    used.add(key);
    this.#bySecond.set(of.at, used);
    this.#size += 1;
    return "fresh";
  }

  get size(): number {
    return this.#size;
  }

  #forget(now: number): void {
    if (now === this.#swept) return;
    this.#swept = now;
    for (const [second, used] of this.#bySecond) {
      if (second >= now - this.#windowSeconds) continue;
      this.#bySecond.delete(second);
      this.#size -= used.size;
      this.#closedUntil = Math.max(this.#closedUntil, second);
    }
  }
}
