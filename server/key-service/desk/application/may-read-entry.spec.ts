import { describe, expect, it } from "vitest";
import type { DomainEvent } from "../../decisions/domain/event.ts";
import { tenantOf } from "../../decisions/domain/evolve.ts";
import { granted, opening } from "../../decisions/testing/asked.ts";
import type { Person } from "../../roster/domain/roster.ts";
import { hasSignedFor, mayReadEntry } from "./may-read-entry.ts";

/** Olivia asked, Sam and Priya approved, one use was opened; Noor has a key that signed nothing. */
function story() {
  const of = granted();
  const { world, cast, secret, laptop, request } = of;
  const { recipientKey } = opening(of);
  const person = cast.olivia.person;
  const use = { request, secret, version: 1, use: 1, person, device: laptop, recipientKey };
  world.given({ type: "ReleaseIntended", tenant: cast.olivia.tenant, ...use });
  const readerOf = (who: Person) => ({ tenant: tenantOf(world.state, who.tenant), person: who });
  const entryWith = (isIt: (event: DomainEvent) => boolean) =>
    world.entries.find((it) => it.events.some(isIt)) ?? expect.fail();
  const enrolmentOf = (who: Person) =>
    entryWith((event) => event.type === "KeyEnrolled" && event.person === who.person);
  const entries = {
    "the request": entryWith((it) => it.type === "ProposalMade" && it.by === person),
    "Sam's approval": entryWith(
      (it) => it.type === "ProposalApproved" && it.person === cast.sam.person,
    ),
    "the opening": entryWith((it) => it.type === "ReleaseIntended"),
    "Olivia's key": enrolmentOf(cast.olivia),
    "Sam's key": enrolmentOf(cast.sam),
    "Noor's key": enrolmentOf(cast.noor),
  };
  return { world, cast, readerOf, entries };
}

describe("which ledger entries a person may read", () => {
  it.each([
    ["olivia", ["the request", "Sam's approval", "the opening", "Olivia's key", "Sam's key"]],
    ["priya", ["the request", "Sam's approval", "Olivia's key", "Sam's key"]],
    ["noor", ["Noor's key"]],
    ["eve", []],
    ["ingrid", []],
  ] as const)("SEG-1 L11 %s reads %j of the story, and of the rest the hashes", (who, readable) => {
    const { cast, readerOf, entries } = story();
    const read = Object.entries(entries)
      .filter(([, entry]) => mayReadEntry(readerOf(cast[who]), entry))
      .map(([name]) => name);
    expect(read).toEqual(readable);
  });

  it("AUD-2 the keys that signed a request are found by whoever may see it, and by nobody else", () => {
    const { world, cast, readerOf } = story();
    const signedFor = (reader: Person, signer: Person) =>
      world.keysOf(signer).some((key) => hasSignedFor(readerOf(reader), key));
    const { olivia, sam, noor, eve, ingrid } = cast;
    expect([olivia, sam].map((it) => signedFor(olivia, it))).toEqual([true, true]);
    expect(signedFor(olivia, noor)).toBe(false);
    expect(signedFor(noor, noor)).toBe(true);
    for (const outsider of [eve, ingrid, noor]) expect(signedFor(outsider, sam)).toBe(false);
  });
});
