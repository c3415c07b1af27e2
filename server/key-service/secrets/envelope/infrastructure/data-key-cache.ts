import type { Digest } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import type { Clock } from "../../../../kernel/clock.ts";
import { Sensitive } from "../../../../kernel/sensitive.ts";

export const MAX_DATA_KEY_AGE_MS = 60_000;

export type DataKeyCacheOptions = {
  /** 0..60,000 ms; 0 keeps nothing. */
  readonly maxAgeMs: number;
  /** Data keys held at once; the one held longest gives way. */
  readonly maxEntries: number;
  readonly clock: Pick<Clock, "monotonic">;
};

type Entry = { readonly dek: Sensitive; readonly tenant: TenantId; readonly expiresAt: number };

/**
 * Unwrapped data keys, in memory only, by the digest of their envelope, for at most 60 seconds.
 *
 * A key is wiped when it expires (a timer sees to it also when nobody asks), when it gives way, and when
 * its tenant's key is destroyed: `forgetTenant` must be called then, or the tenant's values still open
 * for the rest of the minute. A use does not prolong its life. While the machine is suspended the
 * monotonic clock stands still.
 */
export class DataKeyCache {
  readonly #entries = new Map<Digest, Entry>();
  readonly #options: DataKeyCacheOptions;
  readonly #forgotten = new Map<TenantId, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DataKeyCacheOptions) {
    const { maxAgeMs, maxEntries } = options;
    if (!(maxAgeMs >= 0 && maxAgeMs <= MAX_DATA_KEY_AGE_MS)) {
      throw new RangeError("data keys may be kept for 0 to 60,000 ms");
    }
    if (!Number.isInteger(maxEntries) || maxEntries < 1) {
      throw new RangeError("the data key cache holds 1 key or more");
    }
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Runs `use` with the data key, if it is held; it must not keep the bytes. */
  use<T>(envelope: Digest, use: (dek: Buffer) => T): { readonly value: T } | null {
    this.sweep();
    const entry = this.#entries.get(envelope);
    return entry === undefined ? null : { value: entry.dek.use(use) };
  }

  /** To be taken before a data key is unwrapped, and given to `put`. */
  epoch(tenant: TenantId): number {
    return this.#forgotten.get(tenant) ?? 0;
  }

  /** Keeps a copy of `dek`, unless the tenant was forgotten since `epoch` was taken. */
  put(envelope: Digest, tenant: TenantId, dek: Buffer, epoch: number): void {
    const { maxAgeMs, maxEntries, clock } = this.#options;
    if (maxAgeMs === 0 || epoch !== this.epoch(tenant)) return;
    this.sweep();
    this.#remove(envelope);
    for (const [oldest] of this.#entries) {
      if (this.#entries.size < maxEntries) break;
      this.#remove(oldest);
    }
    this.#entries.set(envelope, {
      dek: new Sensitive(dek),
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
    this.#entries.get(envelope)?.dek.wipe();
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
