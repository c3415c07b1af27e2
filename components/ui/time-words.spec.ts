import { describe, expect, it } from "vitest";
import { counted, joinInWords, relativeInWords, utcInWords } from "./time-words.ts";

const NOW = Date.parse("2026-03-01T08:00:00Z");
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("times in words", () => {
  it.each([
    [0, "just now"],
    [-59 * SECOND, "just now"],
    [-MINUTE, "1 minute ago"],
    [-59 * MINUTE, "59 minutes ago"],
    [-HOUR, "1 hour ago"],
    [-DAY, "1 day ago"],
    [-400 * DAY, "400 days ago"],
    [30 * SECOND, "in less than a minute"],
    [2 * HOUR + MINUTE, "in 2 hours"],
    [90 * DAY, "in 90 days"],
  ])("%i ms from now is `%s`", (offset, words) => {
    expect(relativeInWords(NOW + offset, NOW)).toBe(words);
  });

  it("never rounds up: what ends in 119 minutes ends in 1 hour", () => {
    expect(relativeInWords(NOW + 119 * MINUTE, NOW)).toBe("in 1 hour");
  });

  it("the exact time is UTC, to the second where there are seconds", () => {
    expect(utcInWords(NOW)).toBe("2026-03-01 08:00 UTC");
    expect(utcInWords(NOW + 11 * SECOND)).toBe("2026-03-01 08:00:11 UTC");
    expect(() => utcInWords(Number.NaN)).toThrow(RangeError);
  });
});

describe("counts and lists in words", () => {
  it("one is one", () => {
    expect(counted(1, "day")).toBe("1 day");
    expect(counted(0, "day")).toBe("0 days");
    expect(counted(12_345, "entry", "entries")).toBe("12,345 entries");
  });

  it("a list ends in a word, not in a comma", () => {
    expect(joinInWords([], "or")).toBe("");
    expect(joinInWords(["Priya"], "or")).toBe("Priya");
    expect(joinInWords(["Priya", "Cass", "Sam"], "or")).toBe("Priya, Cass or Sam");
  });
});
