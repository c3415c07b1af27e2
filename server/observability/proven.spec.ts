import { describe, expect, it } from "vitest";
import { Proven } from "./proven.ts";

describe("OBS-1 whether what a process needs is there", () => {
  const clockAt = () => {
    const clock = { at: 0, monotonic: () => clock.at };
    return clock;
  };

  it("is proven by using it, once for all who ask within a second, and anew after that", async () => {
    const clock = clockAt();
    let proofs = 0;
    let works = true;
    const proven = new Proven(async () => {
      proofs += 1;
      if (!works) throw new Error("gone");
    }, clock);
    const both = await Promise.all([proven.now(), proven.now()]);
    expect(both.map((it) => it.isThere)).toEqual([true, true]);
    works = false;
    clock.at = 999;
    expect((await proven.now()).isThere).toBe(true);
    expect(proofs).toBe(1);
    clock.at = 1_000;
    expect(await proven.now()).toEqual({ isThere: false, latencyMs: null });
    works = true;
    clock.at = 2_000;
    expect((await proven.now()).isThere).toBe(true);
    expect(proofs).toBe(3);
  });

  it("what throws at once, and what throws later, is not there", async () => {
    const atOnce = new Proven(() => {
      throw new Error("now");
    }, clockAt());
    expect((await atOnce.now()).isThere).toBe(false);
  });
});
