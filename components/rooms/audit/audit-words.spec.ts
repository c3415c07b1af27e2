import { STATEMENT_BODIES } from "@countersign/protocol/statement";
import { describe, expect, it } from "vitest";
import { actInWords } from "./audit-words.ts";

describe("AUD-1 an entry can be read aloud", () => {
  it("names what was done with its object, without one, and what was refused", () => {
    expect(actInWords("request", "done", true)).toBe("asked to use");
    expect(actInWords("approve")).toBe("approved a proposal");
    expect(actInWords("open", "refused", true)).toBe("was refused: open");
  });

  it("shows an act that it does not know as it stands, never as nothing", () => {
    expect(actInWords("KeyRotatedTwice")).toBe("key rotated twice");
    expect(actInWords("some-new-kind")).toBe("some new kind");
  });

  it("has words for every kind of statement that the protocol knows", () => {
    const spelt = (kind: string) => kind.replaceAll("-", " ");
    const kinds = Object.keys(STATEMENT_BODIES);
    expect(kinds.length).toBeGreaterThan(10);
    expect(kinds.filter((kind) => actInWords(kind) === spelt(kind))).toEqual([]);
  });
});
