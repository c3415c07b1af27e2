import { personId } from "@countersign/protocol/ids";
import { describe, expect, it } from "vitest";
import { withWhoCan } from "./who-can.ts";

const person = personId.parse("p-040g2081040g2081040g208104");
const candidate = (name: string, cannot: string | null = null) =>
  ({ person, name, role: "security-admin", cannot }) as const;

describe("a refusal to sign", () => {
  it("names who can, each once", () => {
    const both = [candidate("Sam Okafor"), candidate("Priya Nair"), candidate("Sam Okafor")];
    expect(withWhoCan("You asked for it.", both)).toBe(
      "You asked for it. Sam Okafor or Priya Nair can.",
    );
  });

  it("does not name them twice, and says so where nobody can", () => {
    expect(withWhoCan("Only Sam Okafor can.", [candidate("Sam Okafor")])).toBe(
      "Only Sam Okafor can.",
    );
    expect(withWhoCan("You asked for it.", [candidate("Sam Okafor", "He asked too.")])).toBe(
      "You asked for it. Nobody can sign it now.",
    );
  });
});
