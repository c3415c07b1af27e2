import { describe, expect, it } from "vitest";
import { readSecret } from "./read-secret.ts";

const CHOICES = {
  services: ["payments"],
  kinds: [{ category: "database-user", type: "database-credential" }],
} as const;
const known = { services: [...CHOICES.services], kinds: [...CHOICES.kinds] };
const form = (fields: Record<string, string>) => {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.set(name, value);
  return made;
};
const whole = {
  name: "secret://payments/prod/postgres/app-password",
  category: "database-user",
  owner: "payments-team",
  dataClassification: "pii",
  tier: "high",
  rotationPeriodDays: "30",
  value: "generated",
};

describe("the form that registers a secret", () => {
  it("NAME-1 META-1 takes a name with or without its scheme, and all metadata", () => {
    expect(readSecret(form(whole), known)).toEqual({
      ok: true,
      secret: {
        ...whole,
        name: "payments/prod/postgres/app-password",
        rotationPeriodDays: 30,
      },
    });
  });

  it("META-1 what is left empty is not given: kept, and not handed out", () => {
    const read = readSecret(form({ name: "payments/dev/a", category: "database-user" }), known);
    expect(read).toMatchObject({
      ok: true,
      secret: { owner: null, dataClassification: null, tier: null, rotationPeriodDays: null },
    });
  });

  it.each([
    ["payments", "small letters"],
    ["Payments/prod/a", "small letters"],
    ["payments/live/a", "small letters"],
    ["payments/prod/a..b", "small letters"],
    [`payments/prod/${"a/".repeat(7)}a`, "small letters"],
    ["billing/prod/a", "service of yours: payments"],
  ])("NAME-1 L2 refuses the name %j", (name, why) => {
    const read = readSecret(form({ ...whole, name }), known);
    expect(read.ok ? null : read.problems.name).toContain(why);
  });

  it("names every problem at once", () => {
    const read = readSecret(form({ rotationPeriodDays: "-1" }), known);
    expect(read.ok ? [] : Object.keys(read.problems)).toEqual([
      "name",
      "category",
      "rotationPeriodDays",
    ]);
  });

  it("TYPE-2 takes no category that the choices do not have", () => {
    expect(readSecret(form({ ...whole, category: "signing-key" }), known).ok).toBe(false);
  });
});
