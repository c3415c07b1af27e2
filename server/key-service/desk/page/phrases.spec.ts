import { toInstant } from "@countersign/protocol/instants";
import { describe, expect, it } from "vitest";
import { counted, joinInWords, relativeInWords } from "./phrases.ts";

describe("relative times", () => {
  const now = Date.parse("2026-03-02T08:00:00Z");

  it.each([
    [-1, "just now"],
    [-59, "just now"],
    [-60, "1 minute ago"],
    [-3 * 60 - 5, "3 minutes ago"],
    [-26 * 3600, "1 day ago"],
    [0, "in less than a minute"],
    [59, "in less than a minute"],
    [61, "in 1 minute"],
    [7 * 3600 + 1800, "in 7 hours"],
    [90 * 86_400, "in 90 days"],
  ])("%i seconds from now are %s", (seconds, words) => {
    expect(relativeInWords(toInstant(now + seconds * 1000), now)).toBe(words);
  });
});

describe("lists and counts in words", () => {
  it.each([
    [[], ""],
    [["Priya"], "Priya"],
    [["Priya", "Cass"], "Priya or Cass"],
    [["you", "Priya", "Cass"], "you, Priya or Cass"],
  ])("%j is %j", (items, words) => {
    expect(joinInWords(items, "or")).toBe(words);
  });

  it("has one of one thing and many of others", () => {
    expect([counted(1, "opening"), counted(0, "opening"), counted(3, "opening")]).toEqual([
      "1 opening",
      "0 openings",
      "3 openings",
    ]);
  });
});
