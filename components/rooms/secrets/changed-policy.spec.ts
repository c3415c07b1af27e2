import { describe, expect, it } from "vitest";
import { changedPolicy, type Policy } from "./changed-policy.ts";

const NOW: Policy = {
  owner: "payments-team",
  service: "payments",
  dataClassification: "pii",
  tier: "high",
  rotationPeriodDays: 30,
};
const form = (change: Record<string, string> = {}) => {
  const made = new FormData();
  const fields = { ...NOW, rotationPeriodDays: String(NOW.rotationPeriodDays), ...change };
  for (const [name, value] of Object.entries(fields)) made.set(name, value ?? "");
  return made;
};

describe("what the form of a secret's metadata changes", () => {
  it("CLASS-1 nothing, where everything is as it was: no statement is drawn up for that", () => {
    expect(changedPolicy(form(), NOW)).toBeNull();
    expect(changedPolicy(form({ owner: " payments-team " }), NOW)).toBeNull();
  });

  it("META-1 only what differs; an emptied field is taken away", () => {
    expect(changedPolicy(form({ tier: "critical" }), NOW)).toEqual({ tier: "critical" });
    expect(changedPolicy(form({ owner: "", rotationPeriodDays: "" }), NOW)).toEqual({
      owner: null,
      rotationPeriodDays: null,
    });
    expect(changedPolicy(form({ rotationPeriodDays: "0" }), NOW)).toEqual({
      rotationPeriodDays: 0,
    });
  });

  it("META-1 a value that is none of the known words is kept, unless it is changed", () => {
    const odd = { ...NOW, tier: "gold" };
    expect(changedPolicy(form({ tier: "gold" }), odd)).toBeNull();
  });
});
