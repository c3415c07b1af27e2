import { createHash } from "node:crypto";
import { digest } from "@countersign/protocol/ids";
import { tenantId } from "@countersign/protocol/names";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ValueKeyCache } from "./value-key-cache.ts";

const acme = tenantId.parse("acme");
const umbra = tenantId.parse("umbra");
const name = (n: number) => digest.parse(createHash("sha256").update(`${n}`).digest("base64url"));
const key = (n: number) => Buffer.alloc(32, n);
const opened = (n: number, tenant = acme) => ({
  envelope: name(n),
  identity: name(-n),
  tenant,
  key: key(n),
});

/** A clock that tests move. */
function handClock() {
  const clock = { now: 0, monotonic: () => clock.now };
  return clock;
}

function cacheWith(options: Partial<ConstructorParameters<typeof ValueKeyCache>[0]> = {}) {
  const clock = handClock();
  const cache = new ValueKeyCache({ maxAgeMs: 60_000, maxEntries: 3, clock, ...options });
  const put = (n: number, tenant = acme) => cache.put(opened(n, tenant), cache.epoch(tenant));
  const has = (n: number) =>
    cache.use(name(n), name(-n), (bytes) => bytes.equals(key(n)))?.value ?? false;
  return { clock, cache, put, has };
}

afterEach(() => {
  vi.useRealTimers();
});

describe("KEY-2 keys of values in memory", () => {
  it("are held for the time that was set, and not a millisecond longer, however often used", () => {
    const { clock, put, has } = cacheWith();
    put(1);
    for (const now of [0, 30_000, 59_999]) {
      clock.now = now;
      expect(has(1)).toBe(true);
    }
    clock.now = 60_000;
    expect(has(1)).toBe(false);
  });

  it("are overwritten, not only dropped: on expiry, on giving way, on clearing, on forgetting", () => {
    for (const end of ["expire", "give way", "clear", "forget"] as const) {
      const { clock, cache, put } = cacheWith({ maxEntries: 1 });
      put(1);
      // the bytes themselves, held on to as nobody should
      const held = cache.use(name(1), name(-1), (bytes) => bytes)?.value;
      expect(held?.equals(key(1))).toBe(true);
      if (end === "expire") {
        clock.now = 60_000;
        cache.sweep();
      } else if (end === "give way") put(2);
      else if (end === "clear") cache.clear();
      else cache.forgetTenant(acme);
      expect(held?.equals(Buffer.alloc(32))).toBe(true);
    }
  });

  it("are wiped by a timer also when nobody asks again", () => {
    vi.useFakeTimers();
    const { clock, cache, put } = cacheWith();
    put(1);
    clock.now = 40_000;
    put(2);
    clock.now = 60_000;
    vi.advanceTimersByTime(60_000);
    expect(cache.size).toBe(1);
    clock.now = 100_000;
    vi.advanceTimersByTime(40_000);
    expect(cache.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are not held at all when the time is 0", () => {
    const { cache, put, has } = cacheWith({ maxAgeMs: 0 });
    put(1);
    expect(has(1)).toBe(false);
    expect(cache.size).toBe(0);
  });

  it("give way, the longest held first, when there are too many", () => {
    const { cache, put, has } = cacheWith();
    for (const n of [1, 2, 3, 4]) put(n);
    expect(cache.size).toBe(3);
    expect([1, 2, 3, 4].map(has)).toEqual([false, true, true, true]);
  });

  it("do not take two places when unwrapped twice", () => {
    const { cache, put, has } = cacheWith();
    for (const n of [1, 2, 3, 3, 3]) put(n);
    expect([1, 2, 3].map(has)).toEqual([true, true, true]);
    expect(cache.size).toBe(3);
  });

  it("TENANT-1 are forgotten for one tenant, and kept for the other", () => {
    const { cache, put, has } = cacheWith();
    put(1, acme);
    put(2, umbra);
    cache.forgetTenant(acme);
    expect([has(1), has(2)]).toEqual([false, true]);
  });

  it("TENANT-1 are not kept when the tenant was forgotten while they were unwrapped", () => {
    const { cache, has } = cacheWith();
    const epoch = cache.epoch(acme);
    cache.forgetTenant(acme);
    cache.put(opened(1), epoch);
    expect(has(1)).toBe(false);
  });

  it("are of use under the identity that the envelope opened for, and under no other", () => {
    const { cache, put } = cacheWith();
    put(1);
    expect(cache.use(name(1), name(-2), () => "never")).toBeNull();
    expect(cache.use(name(1), name(-1), () => "this")).toEqual({ value: "this" });
  });

  it("do not show in logs or errors", () => {
    const { cache, put } = cacheWith();
    put(0x41);
    expect(JSON.stringify(cache)).not.toContain("AAAA");
    expect(cache.use(name(2), name(-2), () => "never")).toBeNull();
  });

  it.each([-1, 60_001, Number.NaN])("cannot be kept for %d ms", (maxAgeMs) => {
    expect(() => cacheWith({ maxAgeMs })).toThrow(RangeError);
  });

  it.each([0, -1, 1.5])("cannot be bounded to %d", (maxEntries) => {
    expect(() => cacheWith({ maxEntries })).toThrow(RangeError);
  });
});
