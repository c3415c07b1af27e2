import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressKey } from "../../../kernel/address-key.ts";
import { TestClock } from "./desk-fixture.ts";
import { RATE_LIMITS, RateLimiter } from "./rate-limits.ts";

describe("rate limits", () => {
  it("L6 lets a burst through, then says in how many whole seconds to come again", () => {
    const clock = new TestClock();
    const limiter = new RateLimiter({ clock });
    const { burst } = RATE_LIMITS.check;
    for (let i = 0; i < burst; i++) expect(limiter.take("check", "d")).toBe(0);
    expect(limiter.take("check", "d")).toBe(30);
    clock.pass(29);
    expect(limiter.take("check", "d")).toBe(1);
    clock.pass(1);
    expect(limiter.take("check", "d")).toBe(0);
  });

  it("counts each group and each caller apart", () => {
    const limiter = new RateLimiter({ clock: new TestClock() });
    for (let i = 0; i < RATE_LIMITS.check.burst; i++) limiter.take("check", "d");
    expect(limiter.take("check", "e")).toBe(0);
    expect(limiter.take("device", "d")).toBe(0);
  });

  it("L6 never grants more than burst + rate x time, whatever the pattern of calls", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 }), (pauses) => {
        const clock = new TestClock();
        const limiter = new RateLimiter({ clock });
        let seconds = 0;
        let granted = 0;
        for (const pause of pauses) {
          clock.pass(pause);
          seconds += pause;
          if (limiter.take("login", "a") === 0) granted += 1;
        }
        const { burst, perSecond } = RATE_LIMITS.login;
        expect(granted).toBeLessThanOrEqual(burst + perSecond * seconds);
      }),
    );
  });

  it("L6 remembers a bounded number of callers, the recent ones", () => {
    const limiter = new RateLimiter({ clock: new TestClock(), maxKeys: 100 });
    for (let i = 0; i < RATE_LIMITS.check.burst; i++) limiter.take("check", "noisy");
    for (let i = 0; i < 1000; i++) {
      limiter.take("any", `a${i}`);
      if (i % 50 === 0) expect(limiter.take("check", "noisy")).toBeGreaterThan(0);
    }
    expect(limiter.size).toBe(100);
  });

  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["::1", "0:0:0:0::/64"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::9", "2001:db8:1:2::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    [undefined, ""],
  ])("takes the address %s as %s", (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
