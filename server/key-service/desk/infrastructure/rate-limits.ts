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

/** One IPv4 address, or one IPv6 /64, which is what one subscriber holds. Empty where the socket is gone. */
export function addressKey(remote: string | undefined): string {
  if (remote === undefined) return "";
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(remote)?.[1];
  if (v4 !== undefined) return v4;
  const [head = "", tail] = remote.split("%")[0]?.toLowerCase().split("::") ?? [];
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: Math.max(0, zeros) }, () => "0"), ...right];
  return `${groups.slice(0, 4).join(":")}::/64`;
}
