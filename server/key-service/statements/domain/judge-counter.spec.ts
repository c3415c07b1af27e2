import { describe, expect, it } from "vitest";
import { type CounterVerdict, judgeCounter } from "./judge-counter.ts";

const LARGEST = 0xffff_ffff;

const cases: [name: string, enrolled: number, received: number, verdict: CounterVerdict][] = [
  ["a key that keeps no counter", 0, 0, "uncounted"],
  ["the first use of a key that counts", 0, 1, "grew"],
  ["the next use", 41, 42, "grew"],
  ["a use after many at other sites", 41, 100_000, "grew"],
  ["the last use before the counter is full", LARGEST - 1, LARGEST, "grew"],
  ["the same counter again", 42, 42, "regressed"],
  ["a counter that went back by one", 42, 41, "regressed"],
  ["a counter that is gone", 42, 0, "regressed"],
  ["a counter that wrapped around", LARGEST, 0, "regressed"],
  ["a counter that wrapped around to one", LARGEST, 1, "regressed"],
];

describe("ID-1 the counter of a hardware key", () => {
  it.each(cases)("of %s (%d, then %d) %s", (_, enrolled, received, verdict) => {
    expect(judgeCounter(enrolled, received)).toBe(verdict);
  });
});
