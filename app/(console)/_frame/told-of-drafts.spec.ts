import { describe, expect, it } from "vitest";
import { toldOfDrafts } from "./told-of-drafts.ts";

const signed = (entry: number) => ({ status: "signed", entry }) as const;
const waiting = { status: "waiting", entry: null } as const;
const declined = { status: "declined", entry: null } as const;

describe("what somebody is told who comes back from the desk", () => {
  it("names the entry of the one, and of several each", () => {
    expect(toldOfDrafts([signed(41)])).toEqual({
      title: "Signed",
      detail: "It stands in the ledger, entry 41.",
      link: { href: "/audit/41", word: "Look at the entry" },
    });
    expect(toldOfDrafts([signed(41), signed(42), signed(43)])).toMatchObject({
      title: "Signed all 3",
      detail: "They stand in the ledger, entries 41, 42 and 43.",
    });
    expect(toldOfDrafts(Array.from({ length: 40 }, (_, at) => signed(at)))).toMatchObject({
      title: "Signed all 40",
      detail: "They stand in the ledger, entries 0, 1, 2, 3 and 36 more.",
    });
  });

  it("says so where only some were signed: nobody believes that the others are done", () => {
    expect(toldOfDrafts([signed(41), waiting, signed(43)])).toMatchObject({
      tone: "trouble",
      title: "Signed 2 of 3",
      detail: "They stand in the ledger, entries 41 and 43. 1 was not signed and changed nothing.",
    });
  });

  it("says that nothing was changed where nothing was signed", () => {
    expect(toldOfDrafts([declined, declined])).toMatchObject({ title: "You did not sign" });
    expect(toldOfDrafts([waiting])).toMatchObject({ title: "Not signed yet", tone: "trouble" });
    expect(toldOfDrafts([waiting, waiting])?.detail).toMatch(/^2 drafts still wait/);
  });

  it("says nothing of drafts that nobody knows of", () => {
    expect(toldOfDrafts([undefined, undefined])).toBeNull();
    expect(toldOfDrafts([undefined, signed(7)])).toMatchObject({ title: "Signed" });
  });
});
