import { describe, expect, it } from "vitest";
import { TOPICS } from "../../server/console/live/domain/topics.ts";
import { isMadeOld } from "./topic-queries.ts";

describe("what a change makes old", () => {
  it("is every answer of its room, and of others what is drawn from the same rows", () => {
    for (const topic of TOPICS) expect(isMadeOld(`${topic}.list`, [topic])).toBe(true);
    expect(isMadeOld("session.me", ["requests"])).toBe(true);
    expect(isMadeOld("requests.detail", ["notifications"])).toBe(true);
    expect(isMadeOld("requests.list", ["audit", "requests"])).toBe(true);
  });

  it("is nothing else: a workload that fetches all day draws no inbox anew", () => {
    expect(isMadeOld("requests.list", ["audit", "secrets"])).toBe(false);
    expect(isMadeOld("requests.list", ["notifications"])).toBe(false);
    expect(isMadeOld("secretsOfOthers.list", ["secrets"])).toBe(false);
    expect(isMadeOld("requests.list", [])).toBe(false);
  });
});
