import { describe, expect, it } from "vitest";
import { weeksOf } from "./calendar-weeks.ts";

const daysFrom = (first: string, length: number) =>
  Array.from({ length }, (_, at) => ({
    day: new Date(Date.parse(`${first}T00:00:00Z`) + at * 86_400_000).toISOString().slice(0, 10),
    due: at,
  }));
const words = (first: string, length: number) =>
  weeksOf(daysFrom(first, length)).map((week) => week.map((it) => it?.word ?? "").join("|"));

describe("META-2 the calendar of values that end", () => {
  it("has weeks from Monday to Sunday, with nothing where no day was given", () => {
    // 2026-11-26 is a Thursday.
    expect(words("2026-11-26", 9)).toEqual(["|||26 Nov|27|28|29", "30|1 Dec|2|3|4||"]);
  });

  it.each([
    ["2026-11-23", 7, ["23 Nov|24|25|26|27|28|29"]],
    ["2026-11-29", 2, ["||||||29 Nov", "30||||||"]],
    ["2028-02-28", 3, ["28 Feb|29|1 Mar||||"]],
  ])("from %s on for %i days: a Monday, a Sunday, a leap day", (first, length, weeks) => {
    expect(words(first, length)).toEqual(weeks);
  });

  it("keeps each day's count with its day, and has no week where there is no day", () => {
    const [week] = weeksOf(daysFrom("2026-11-25", 2));
    expect(week?.[3]).toEqual({ day: "2026-11-26", due: 1, word: "26" });
    expect(weeksOf([])).toEqual([]);
  });
});
