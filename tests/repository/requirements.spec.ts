import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inRoot } from "../../scripts/lib/paths.mjs";
import {
  coverage,
  idsIn,
  requirementsOf,
  titlesOf,
  unknownIds,
} from "../../scripts/lib/requirement-ids.mjs";

describe("the table of requirements", () => {
  const requirements = requirementsOf(readFileSync(inRoot("docs", "requirements.md"), "utf8"));

  it("has every id once, with its text", () => {
    expect(requirements.length).toBeGreaterThan(90);
    expect(new Set(requirements.map((each) => each.id)).size).toBe(requirements.length);
    for (const { id, text } of requirements) expect(text.length, id).toBeGreaterThan(10);
  });

  it("finds titles however a test is written", () => {
    const source = [
      'it("one", () => {});',
      "describe.each([1, 2])('two', () => {});",
      "it.skip(`three`, () => {});",
      'describe.runIf(hasGo)("four", () => {});',
      'it.each(\n  CASES,\n)(\n  "five", () => {});',
      'it("six \\"quoted\\"", () => {});',
    ].join("\n");
    expect(titlesOf(source)).toEqual(["one", "two", "three", "four", "five", 'six \\"quoted\\"']);
  });

  it("reads ids, and ranges of ids", () => {
    expect(idsIn("TYPE-1..3 L35 AUD-2 refuses AES-256 in SHA-256")).toEqual([
      ...["TYPE-1", "TYPE-2", "TYPE-3", "L35", "AUD-2", "AES-256", "SHA-256"],
    ]);
  });

  it("tells which requirement has no test, and which test names no requirement", () => {
    const known = [
      { id: "AUD-1", text: "one" },
      { id: "AUD-2", text: "two" },
    ];
    const tests = [{ file: "a.spec.ts", title: "AUD-2 AUD-9 records in AES-256" }];
    expect(coverage(known, tests).map((row) => row.tests.length)).toEqual([0, 1]);
    expect(unknownIds(known, tests).map((each) => each.id)).toEqual(["AUD-9"]);
  });
});
