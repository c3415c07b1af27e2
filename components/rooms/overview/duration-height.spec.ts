import { expect, it } from "vitest";
import { durationHeight } from "./duration-height.ts";

it.each([
  [0, 0],
  [60, 0],
  [3_600, 0.563],
  [86_400, 1],
  [30 * 86_400, 1],
])("JIT-3 %i seconds to a decision stand at %d between a minute and a day", (seconds, height) => {
  expect(durationHeight(seconds)).toBeCloseTo(height, 3);
});
