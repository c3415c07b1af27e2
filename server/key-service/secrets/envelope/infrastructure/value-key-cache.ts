import type { Digest } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import type { Clock } from "../../../../kernel/clock.ts";
import { Sensitive } from "../../../../kernel/sensitive.ts";

export const MAX_VALUE_KEY_AGE_MS = 60_000;

export type ValueKeyCacheOptions = {
  /** 0..60,000 ms; 0 keeps nothing. */
  readonly maxAgeMs: number;
  /** Keys held at once; the one held longest gives way. */
  readonly maxEntries: number;
  readonly clock: Pick<Clock, "monotonic">;
};

type Entry = {
  readonly key: Sensitive;
  readonly identity: Digest;
  readonly tenant: TenantId;
  readonly expiresAt: number;
};

/** An envelope that opened, under which identity, with which 32-byte key. */
export type Opened = {
  readonly envelope: Digest;
  readonly identity: Digest;
  readonly tenant: TenantId;
  readonly key: Buffer;
};

/**
 * Keys of values, derived from unwrapped data keys, in memory only, by the digest of their envelope and the identity
 * of the version that it opened for, for at most 60 seconds.
 *
 * A key is wiped when it expires (a timer sees to it also when nobody asks), when it gives way, and when
 * its tenant's key is destroyed: `forgetTenant` must be called then, or the tenant's values still open
 * for the rest of the minute. A use does not prolong its life. While the machine is suspended the
 * monotonic clock stands still.
 */
export class ValueKeyCache {
  readonly #entries = new Map<Digest, Entry>();
  readonly #options: ValueKeyCacheOptions;
  readonly #forgotten = new Map<TenantId, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ValueKeyCacheOptions) {
    const { maxAgeMs, maxEntries } = options;
    if (!(maxAgeMs >= 0 && maxAgeMs <= MAX_VALUE_KEY_AGE_MS)) {
      throw new RangeError("keys may be kept for 0 to 60,000 ms");
    }
    if (!Number.isInteger(maxEntries) || maxEntries < 1) {
      throw new RangeError("the cache holds 1 key or more");
    }
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * Runs `use` with the key, if it is held for this envelope and this identity; it must not keep the bytes.
   * That one is held says that an envelope of this digest has passed every check under this identity.
   */
  use<T>(
    envelope: Digest,
    identity: Digest,
    use: (key: Buffer) => T,
  ): { readonly value: T } | null {
    this.sweep();
    const entry = this.#entries.get(envelope);
    return entry?.identity === identity ? { value: entry.key.use(use) } : null;
  }

  /** To be taken before a data key is unwrapped, and given to `put`. */
  epoch(tenant: TenantId): number {
    return this.#forgotten.get(tenant) ?? 0;
  }

  /** Keeps a copy of `key`, unless the tenant was forgotten since `epoch` was taken. */
  put({ envelope, identity, tenant, key }: Opened, epoch: number): void {
    const { maxAgeMs, maxEntries, clock } = this.#options;
    if (maxAgeMs === 0 || epoch !== this.epoch(tenant)) return;
    this.sweep();
    this.#remove(envelope);
    for (const [oldest] of this.#entries) {
      if (this.#entries.size < maxEntries) break;
      this.#remove(oldest);
    }
    this.#entries.set(envelope, {
      key: new Sensitive(key),
      identity,
      tenant,
      expiresAt: clock.monotonic() + maxAgeMs,
    });
    this.#arm();
  }

  /** Wipes what has expired. */
  sweep(): void {
    const now = this.#options.clock.monotonic();
    // all live equally long: insertion order is expiry order
    for (const [envelope, entry] of this.#entries) {
      if (entry.expiresAt > now) return;
      this.#remove(envelope);
    }
  }

  forgetTenant(tenant: TenantId): void {
    this.#forgotten.set(tenant, this.epoch(tenant) + 1);
    for (const [envelope, entry] of this.#entries) {
      if (entry.tenant === tenant) this.#remove(envelope);
    }
  }

  clear(): void {
    for (const [envelope] of this.#entries) this.#remove(envelope);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #remove(envelope: Digest): void {
    this.#entries.get(envelope)?.key.wipe();
    this.#entries.delete(envelope);
  }

  #arm(): void {
    if (this.#timer !== undefined) return;
    const [first] = this.#entries.values();
    if (first === undefined) return;
    const waitMs = Math.max(1, Math.ceil(first.expiresAt - this.#options.clock.monotonic()));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.sweep();
      this.#arm();
    }, waitMs);
    this.#timer.unref();
  }
}
