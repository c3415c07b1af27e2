import { instant, secondsBetween } from "@countersign/protocol/instants";
import { expect, it } from "vitest";
import { nextTry } from "./retry.ts";

const NOW = instant.parse("2026-03-01T08:00:00Z");

it.each([
  [1, 10],
  [2, 20],
  [3, 40],
  [9, 2560],
  [10, 3600],
  [1000, 3600],
])("L37 after %i tries it waits %i seconds, and never gives up", (tries, seconds) => {
  expect(secondsBetween(NOW, nextTry(NOW, tries))).toBe(seconds);
});
