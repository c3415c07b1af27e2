import { STATEMENT_BODIES } from "@countersign/protocol/statement";
import { describe, expect, it } from "vitest";
import type { RequestRow } from "../views.ts";
import { requestTitle, worthALook } from "./request-title.ts";

const secret = (name: string) => ({ secret: null, name });
const row = (of: {
  kind?: string;
  secrets?: readonly string[];
  person?: string;
  workload?: string;
}) =>
  ({
    kind: of.kind ?? "request",
    proposedBy: { person: "p-1", name: "Olivia Hart" },
    about: {
      secrets: (of.secrets ?? []).map(secret),
      person: of.person === undefined ? null : { person: "p-2", name: of.person },
      workload: of.workload ?? null,
    },
  }) as unknown as RequestRow; // only what a title is made of

describe("one line for a proposal", () => {
  it("says who wants what", () => {
    expect(requestTitle(row({ secrets: ["payments/prod/a"] }))).toBe(
      "Olivia Hart asks to use payments/prod/a",
    );
    expect(requestTitle(row({ secrets: ["a/prod/a", "b/prod/b"] }))).toBe(
      "Olivia Hart asks to use a/prod/a and b/prod/b",
    );
    expect(requestTitle(row({ secrets: ["a/prod/a", "b/prod/b", "c/prod/c"] }))).toBe(
      "Olivia Hart asks to use a/prod/a and 2 more",
    );
    expect(requestTitle(row({ kind: "change-role", person: "Eve Stone" }))).toBe(
      "Olivia Hart changes the roles of Eve Stone",
    );
  });

  it("is a sentence for every kind of statement", () => {
    for (const kind of Object.keys(STATEMENT_BODIES)) {
      expect(requestTitle(row({ kind, secrets: ["a/prod/b"], person: "Eve Stone" }))).toMatch(
        /^Olivia Hart [a-z][a-z -]+ (?:a\/prod\/b|Eve Stone)$|^Olivia Hart [a-z ]+$/,
      );
    }
  });
});

describe("what needs thought among forty", () => {
  it("several secrets at once, and what changes who may do what", () => {
    expect(worthALook(row({ secrets: ["a/prod/a"] }))).toBeNull();
    expect(worthALook(row({ secrets: ["a/prod/a", "b/prod/b"] }))).toBe("Opens 2 secrets at once.");
    expect(worthALook(row({ kind: "change-role" }))).toBe("Changes who may do what.");
  });
});
