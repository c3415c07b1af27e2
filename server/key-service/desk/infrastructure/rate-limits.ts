import type { Clock } from "../../../kernel/clock.ts";
import { type RateLimit, TokenBuckets } from "../../../kernel/token-buckets.ts";
import type { RateGroup } from "./route-table.ts";

export type RateLimits = { readonly [G in RateGroup]: RateLimit };

/**
 * `any` counts every call of one network address, before anything of it is believed; the others count
 * per session, per device, or, where nobody is proven, per address. Generous enough for an office
 * behind one address; what must be scarce for its own sake (typed words, candidates for a stored
 * value) is counted again where it is decided, durably.
 */
export const RATE_LIMITS: RateLimits = {
  any: { burst: 600, perSecond: 200 },
  ceremony: { burst: 60, perSecond: 1 },
  read: { burst: 120, perSecond: 10 },
  sign: { burst: 60, perSecond: 1 },
  login: { burst: 20, perSecond: 0.2 },
  poll: { burst: 60, perSecond: 5 },
  device: { burst: 300, perSecond: 50 },
  check: { burst: 10, perSecond: 1 / 30 },
};

/** A bucket for each group and caller. More than `maxKeys` addresses are slowed by `any` of each, not stopped. */
export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #buckets: TokenBuckets;

  constructor(of: { clock: Pick<Clock, "monotonic">; limits?: RateLimits; maxKeys?: number }) {
    this.#limits = of.limits ?? RATE_LIMITS;
    this.#buckets = new TokenBuckets(of.clock, of.maxKeys);
  }

  /** Spends one call. 0 when there was one; otherwise whole seconds until there will be. */
  take(group: RateGroup, caller: string): number {
    return this.#buckets.take(`${group} ${caller}`, this.#limits[group]);
  }

  get size(): number {
    return this.#buckets.size;
  }
}
