import type { Clock } from "../../../kernel/clock.ts";
import type { RateGroup } from "./route-table.ts";

/** A bucket holds `burst` calls and gains `perSecond`. */
export type RateLimit = { readonly burst: number; readonly perSecond: number };
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

type Bucket = { tokens: number; at: number };

/**
 * Token buckets in memory, at most `maxKeys` of them. When there are more, the one that was used
 * longest ago is forgotten, which gives its caller a full bucket again: an attacker who commands more
 * than `maxKeys` addresses is slowed down by the `any` bucket of each, not stopped.
 */
export class RateLimiter {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #limits: RateLimits;
  readonly #maxKeys: number;
  /** Least recently used first: every use re-inserts. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(of: { clock: Pick<Clock, "monotonic">; limits?: RateLimits; maxKeys?: number }) {
    this.#clock = of.clock;
    this.#limits = of.limits ?? RATE_LIMITS;
    this.#maxKeys = of.maxKeys ?? 20_000;
  }

  /** Spends one call. 0 when there was one; otherwise whole seconds until there will be. */
  take(group: RateGroup, caller: string): number {
    const { burst, perSecond } = this.#limits[group];
    const key = `${group} ${caller}`;
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
