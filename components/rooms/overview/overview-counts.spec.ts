import { expect, it } from "vitest";
import type { Overview } from "../views.ts";
import { overviewCounts } from "./overview-counts.ts";

const of = (change: Partial<Overview>) =>
  ({
    waiting: { count: 4, rows: [] },
    secrets: {
      states: [
        { state: "expired", count: 3 },
        { state: "healthy", count: 40 },
      ],
    },
    activity: { days: [], refusedToday: 2 },
    ...change,
  }) as unknown as Overview; // only what is counted

it("counts what waits, what is overdue, what is incomplete, what was refused", () => {
  expect(overviewCounts(of({})).map(({ count, what }) => [count, what])).toEqual([
    [4, "wait for you"],
    [3, "rotation overdue"],
    [0, "incomplete"],
    [2, "refused today"],
  ]);
});

it("ID-2 what somebody may not see is not counted for them, not even as nought", () => {
  const counts = overviewCounts(of({ secrets: null, activity: null }));
  expect(counts.map((it) => it.what)).toEqual(["wait for you"]);
});

it("every number leads to the list that it counts", () => {
  expect(overviewCounts(of({})).map((it) => it.href)).toEqual([
    "/requests",
    "/secrets?state=expired",
    "/secrets?state=incomplete",
    "/audit?outcome=refused",
  ]);
});
