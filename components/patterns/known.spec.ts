import { expect, it } from "vitest";
import { countOf, known } from "./known.ts";

it("takes from an address only the words of a table, and none of an object's own", () => {
  const table = { due: 1, healthy: 2 };
  expect(known(["due", "toString", "__proto__", "x", "healthy"], table)).toEqual([
    "due",
    "healthy",
  ]);
  expect(known(["x"], table)).toBeUndefined();
});

it("a value that the server did not count has none; before it answered nothing is said", () => {
  expect(countOf([{ value: "due", count: 3 }], "due")).toBe(3);
  expect(countOf([], "due")).toBe(0);
  expect(countOf(undefined, "due")).toBeUndefined();
});
