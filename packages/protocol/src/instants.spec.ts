import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anInstant } from "../testing/arbitrary-values.ts";
import {
  addSeconds,
  durationInWords,
  exactDurationInWords,
  instant,
  instantInWords,
  secondsBetween,
  toInstant,
  toMilliseconds,
} from "./instants.ts";

describe("instant", () => {
  it.each([
    "2026-03-01T08:00:00Z",
    "2024-02-29T23:59:59Z",
    "2000-02-29T00:00:00Z",
    "2000-01-01T00:00:00Z",
    "2099-12-31T23:59:59Z",
  ])("reads %s", (text) => {
    expect(instant.parse(text)).toBe(text);
  });

  it.each([
    ["a leap day in another year", "2026-02-29T00:00:00Z"],
    ["the 30th of February", "2024-02-30T00:00:00Z"],
    ["the 31st of April", "2026-04-31T00:00:00Z"],
    ["hour 24", "2026-03-01T24:00:00Z"],
    ["minute 60", "2026-03-01T08:60:00Z"],
    ["a leap second", "2016-12-31T23:59:60Z"],
    ["month 0", "2026-00-10T00:00:00Z"],
    ["month 13", "2026-13-10T00:00:00Z"],
    ["day 0", "2026-03-00T00:00:00Z"],
    ["the year before the bound", "1999-12-31T23:59:59Z"],
    ["the year after the bound", "2100-01-01T00:00:00Z"],
    ["milliseconds", "2026-03-01T08:00:00.000Z"],
    ["an offset", "2026-03-01T08:00:00+00:00"],
    ["lower case", "2026-03-01t08:00:00z"],
    ["a blank for the T", "2026-03-01 08:00:00Z"],
    ["no zone", "2026-03-01T08:00:00"],
    ["a year of six digits", "+002026-03-01T08:00:00Z"],
    ["full-width digits", "2026-03-0１T08:00:00Z"],
    ["Arabic digits", "202٦-03-01T08:00:00Z"],
    ["a line feed at the end", "2026-03-01T08:00:00Z\n"],
    ["a number", 1_772_352_000],
  ])("refuses %s", (_what, value) => {
    expect(instant.safeParse(value).success).toBe(false);
  });

  it("sorts as text in the order of time", () => {
    fc.assert(
      fc.property(anInstant, anInstant, (a, b) => {
        expect(a < b).toBe(toMilliseconds(a) < toMilliseconds(b));
      }),
    );
  });

  it("rounds down to the second, and keeps to the years 2000 to 2099", () => {
    expect(toInstant(Date.UTC(2026, 2, 1, 8) + 999)).toBe("2026-03-01T08:00:00Z");
    expect(() => toInstant(Date.UTC(2100, 0, 1))).toThrow();
    expect(() => toInstant(Date.UTC(2000, 0, 1) - 1)).toThrow();
    expect(() => toInstant(Number.NaN)).toThrow(RangeError);
  });

  it("adds and measures seconds", () => {
    fc.assert(
      fc.property(anInstant, fc.integer({ min: -1000, max: 1000 }), (at, seconds) => {
        fc.pre(at > "2001" && at < "2099");
        expect(secondsBetween(at, addSeconds(at, seconds))).toBe(seconds);
      }),
    );
  });
});

describe("times in words", () => {
  it.each([
    [0, "0 seconds", "0 seconds"],
    [-5, "0 seconds", "0 seconds"],
    [1, "1 second", "1 second"],
    [60, "1 minute", "1 minute"],
    [3600, "1 hour", "1 hour"],
    [3659, "1 hour 59 seconds", "1 hour 59 seconds"],
    [86_460, "1 day 1 minute", "1 day 1 minute"],
    [187_200, "2 days 4 hours", "2 days 4 hours"],
    [187_261, "2 days 4 hours", "2 days 4 hours 1 minute 1 second"],
    [7_776_000, "90 days", "90 days"],
  ])("%d seconds are %s at a glance, %s exactly", (seconds, glance, exact) => {
    expect(durationInWords(seconds)).toBe(glance);
    expect(exactDurationInWords(seconds)).toBe(exact);
  });

  it("exact lengths differ in words whenever they differ in seconds", () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.nat(10_000_000), (a, b) => {
        expect(exactDurationInWords(a) === exactDurationInWords(b)).toBe(a === b);
      }),
    );
  });

  it("a moment in words says the same moment, with seconds where there are any", () => {
    expect(instantInWords(instant.parse("2026-03-01T08:00:00Z"))).toBe("2026-03-01 08:00 UTC");
    expect(instantInWords(instant.parse("2026-03-01T08:00:07Z"))).toBe("2026-03-01 08:00:07 UTC");
    fc.assert(
      fc.property(anInstant, anInstant, (a, b) => {
        expect(instantInWords(a) === instantInWords(b)).toBe(a === b);
      }),
    );
  });
});
