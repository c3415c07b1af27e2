import { describe, expect, it } from "vitest";
import { LATEST_MS, SOONEST_MS, TopicPace } from "./topic-pace.ts";

/** What is told when, of changes at these times. */
function told(
  changes: readonly (readonly [at: number, topic: "audit" | "requests"])[],
  untilMs: number,
) {
  const pace = new TopicPace();
  const all: [number, string][] = [];
  for (let now = 0; now <= untilMs; now += 100) {
    for (const [at, topic] of changes) if (at === now) pace.note([topic], now);
    const due = pace.dueAt();
    if (due === null || due > now) continue;
    for (const topic of pace.take(now)) all.push([now, topic]);
  }
  return all;
}
const every = (ms: number, untilMs: number) =>
  Array.from({ length: untilMs / ms }, (_, at) => [at * ms, "audit"] as const);

describe("how often a page is told of a topic", () => {
  it("at once, where it was calm", () => {
    expect(
      told(
        [
          [0, "requests"],
          [5_000, "requests"],
          [9_000, "requests"],
        ],
        20_000,
      ),
    ).toEqual([
      [0, "requests"],
      [5_000, "requests"],
      [9_000, "requests"],
    ]);
  });

  it("several changes within a second are told as two: the first at once, the others together", () => {
    expect(
      told(
        [
          [0, "requests"],
          [200, "requests"],
          [300, "requests"],
        ],
        5_000,
      ),
    ).toEqual([
      [0, "requests"],
      [SOONEST_MS, "requests"],
    ]);
  });

  it("RATE-1 what never stops changing is told every ten seconds, and the last change is told", () => {
    const times = told(every(100, 120_000), 130_000).map(([at]) => at);
    const pauses = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    expect(pauses.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(Math.max(...pauses)).toBe(LATEST_MS);
    expect(times.at(-1)).toBeGreaterThanOrEqual(119_900);
  });

  it("a busy topic holds up no other", () => {
    const all = told([...every(100, 60_000), [33_300, "requests"]], 60_000);
    expect(all.filter(([, topic]) => topic === "requests")).toEqual([[33_300, "requests"]]);
  });

  it("is told at once again after it has been calm for a while", () => {
    const times = told([...every(100, 60_000), [90_000, "audit"], [92_000, "audit"]], 100_000);
    expect(times.slice(-2)).toEqual([
      [90_000, "audit"],
      [92_000, "audit"],
    ]);
  });
});
