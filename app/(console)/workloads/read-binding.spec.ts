import { describe, expect, it } from "vitest";
import { readBinding } from "./read-binding.ts";

const NOW = Date.parse("2026-03-01T08:00:00.400Z");
const SECRET = "payments/prod/postgres/app-password";
const form = (fields: Record<string, string>) => {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.set(name, value);
  return made;
};
const whole = { workload: " spiffe://acme.example/prod/api ", proof: "end-to-end", days: "7" };

describe("the form that binds a workload", () => {
  it("DEL-1 takes identity, proof and days, and writes the end to the second", () => {
    expect(readBinding(form(whole), SECRET, NOW)).toEqual({
      ok: true,
      binding: {
        name: SECRET,
        workload: "spiffe://acme.example/prod/api",
        proof: "end-to-end",
        expiresAt: "2026-03-08T08:00:00Z",
      },
    });
  });

  it.each([
    "",
    "acme.example/prod/api",
    "spiffe://ACME.example/prod/api",
    "spiffe://acme.example",
    "spiffe://acme.example/a?b",
    `spiffe://acme.example/${"a".repeat(512)}`,
  ])("DEL-1 says what is wrong with the identity %j", (workload) => {
    expect(readBinding(form({ ...whole, workload }), SECRET, NOW)).toMatchObject({
      ok: false,
      problems: { workload: expect.stringContaining("SPIFFE ID") },
    });
  });

  it("asks for the secret, and names every problem at once", () => {
    const read = readBinding(form({ ...whole, workload: "" }), null, NOW);
    expect(read.ok ? [] : Object.keys(read.problems)).toEqual(["name", "workload"]);
  });

  it("JIT-1 falls back to 30 days where the choice is none that there is", () => {
    const read = readBinding(form({ ...whole, days: "3650" }), SECRET, NOW);
    expect(read.ok && read.binding.expiresAt).toBe("2026-03-31T08:00:00Z");
  });
});
