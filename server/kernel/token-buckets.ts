import type { Clock } from "./clock.ts";

/** A bucket holds `burst` calls and gains `perSecond`. */
export type RateLimit = { readonly burst: number; readonly perSecond: number };

type Bucket = { tokens: number; at: number };

/**
 * Token buckets in memory, at most `maxKeys` of them. When there are more, the one that was used
 * longest ago is forgotten, which gives its caller a full bucket again: whoever commands more than
 * `maxKeys` names is slowed down by whatever else counts them, not by this.
 */
export class TokenBuckets {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #maxKeys: number;
  /** Least recently used first: every use re-inserts. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Pick<Clock, "monotonic">, maxKeys = 20_000) {
    this.#clock = clock;
    this.#maxKeys = maxKeys;
  }

  /** Spends one call. 0 when there was one; otherwise whole seconds until there will be. */
  take(key: string, { burst, perSecond }: RateLimit): number {
    const now = this.#clock.monotonic();
    const held = this.#buckets.get(key);
    const gained = held === undefined ? burst : ((now - held.at) / 1000) * perSecond;
    const tokens = Math.min(burst, (held?.tokens ?? 0) + gained);
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    this.#forgetOldest();
    return tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - tokens) / perSecond));
  }

  get size(): number {
    return this.#buckets.size;
  }

  #forgetOldest(): void {
    for (const key of this.#buckets.keys()) {
      if (this.#buckets.size <= this.#maxKeys) return;
      this.#buckets.delete(key);
    }
  }
}
