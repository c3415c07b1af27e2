import { describe, expect, it } from "vitest";
import { retryPauseMs } from "./retry-pause.ts";

describe("the pause before a page listens again", () => {
  it("grows with every failure, up to a minute", () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7, 8, 60].map((failures) => retryPauseMs(failures, 1));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it("is never the same for all: between half of it and all of it", () => {
    expect(retryPauseMs(1, 0)).toBe(500);
    expect(retryPauseMs(3, 0.5)).toBe(3_000);
  });
});
