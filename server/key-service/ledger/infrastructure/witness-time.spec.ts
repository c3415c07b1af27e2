import { describe, expect, it } from "vitest";
import { WitnessTimes } from "./witness-time.ts";

describe("the newest time that witnesses signed", () => {
  let monotonic = 0;
  const clock = { wall: () => 0, monotonic: () => monotonic };
  const times = (quorum: number): WitnessTimes => {
    monotonic = 0;
    return new WitnessTimes(clock, quorum);
  };

  it("AUD-2 is unknown before a quorum has cosigned", () => {
    const two = times(2);
    expect(two.newest()).toBeNull();
    two.record("w1", 1_000);
    expect(two.newest()).toBeNull();
    two.record("w2", 1_000);
    expect(two.newest()).toEqual({ timestampSeconds: 1_000, receivedAtMonotonicMs: 0 });
  });

  it("AUD-2 cannot be pushed into the future by fewer witnesses than the quorum", () => {
    const two = times(2);
    two.record("w1", 1_000);
    two.record("w2", 1_001);
    two.record("liar", 9_999_999);
    expect(two.newest()?.timestampSeconds).toBe(1_001);
  });

  it("AUD-2 does not become fresh by replaying an old cosignature", () => {
    const one = times(1);
    one.record("w1", 1_000);
    monotonic = 60_000;
    one.record("w1", 1_000);
    one.record("w1", 999);
    expect(one.newest()).toEqual({ timestampSeconds: 1_000, receivedAtMonotonicMs: 0 });
    one.record("w1", 1_060);
    expect(one.newest()).toEqual({ timestampSeconds: 1_060, receivedAtMonotonicMs: 60_000 });
  });

  it("AUD-2 compares times that arrived at different moments by what they say of now", () => {
    const two = times(2);
    two.record("w1", 1_000);
    monotonic = 30_000;
    two.record("w2", 1_010); // Twenty seconds behind w1: w1 says that it is 1,030 now.
    two.record("w3", 1_030);
    expect(two.newest()?.timestampSeconds).not.toBe(1_010);
  });
});
