import type { Role } from "@countersign/protocol/roles";
import { describe, expect, it } from "vitest";
import { linkBody, personRefOf, revokeBody } from "../../decisions/testing/act-bodies.ts";
import { ready } from "../../decisions/testing/asked.ts";
import { codeOf, type Member, outcomeOf, roleOf } from "../../decisions/testing/decision-cast.ts";
import { link, signIn } from "../testing/session-world.ts";

type Ready = ReturnType<typeof ready>;

/** Somebody proposes it for somebody; the others sign in turn. What the last signature brings about. */
function story(it: Ready, by: Member, target: Member, ...approvers: readonly Member[]): string {
  const body = linkBody(it.world, it.cast[target]);
  const made = it.world.act("link-identity", body, it.cast[by], roleOf(it.cast[by]));
  let outcome = outcomeOf(made);
  for (const name of approvers) {
    const approver = it.cast[name];
    outcome = outcomeOf(it.world.approve(made.digest, approver, roleOf(approver) as Role)); // the cast below holds roles
  }
  return outcome;
}

const LINKED = "ProposalApproved ProposalAccepted IdentityLinked";
const AT_ONCE = "ProposalMade ProposalAccepted IdentityLinked";

describe("linking an account", () => {
  it.each<[string, Member, Member, readonly Member[], string]>([
    ["an officer links somebody who approves nothing", "omar", "olivia", [], AT_ONCE],
    ["an officer links the outsider", "omar", "eve", [], AT_ONCE],
    [
      "an officer links an approver: a second officer must agree",
      "omar",
      "sam",
      [],
      "ProposalMade",
    ],
    ["two officers link an approver", "omar", "sam", ["olga"], LINKED],
    ["two officers link a third one", "omar", "otto", ["olga"], LINKED],
    ["two officers link a service's lead", "omar", "theo", ["olga"], LINKED],
    ["a security admin proposes, one officer agrees", "sam", "olivia", ["omar"], LINKED],
    [
      "a security admin proposes an approver: one officer is not enough",
      "sam",
      "priya",
      ["omar"],
      "ProposalApproved",
    ],
    [
      "a security admin proposes an approver, two officers agree",
      "sam",
      "priya",
      ["omar", "olga"],
      LINKED,
    ],
    ["the person who is linked cannot agree", "omar", "otto", ["otto"], "own-proposal"],
    ["whoever proposes cannot agree", "omar", "sam", ["omar"], "own-proposal"],
    ["one officer signs once", "sam", "priya", ["omar", "omar"], "same-person-twice"],
    ["a security admin does not agree for officers", "omar", "priya", ["sam"], "not-found"],
    ["nobody links themselves", "omar", "omar", [], "own-proposal"],
    ["an auditor links nobody", "audrey", "eve", [], "not-allowed"],
    ["a tenant admin links nobody", "max", "eve", [], "not-allowed"],
    ["the outsider links nobody", "eve", "olivia", [], "not-allowed"],
    ["an officer of another tenant finds nobody", "greta", "olivia", [], "not-found"],
  ])("ID-1 L18 %s", (_, by, target, approvers, expected) => {
    expect(story(ready(), by, target, ...approvers)).toBe(expected);
  });

  it("L3 L20 an account belongs to one person in the world, of whatever tenant", () => {
    for (const owner of ["olivia", "ingrid"] as const) {
      const it = ready();
      const account = link(it.world, it.cast[owner]);
      const body = { ...linkBody(it.world, it.cast.eve), account };
      const decision = it.world.act("link-identity", body, it.cast.omar, "officer");
      expect(codeOf(decision)).toBe("already-exists");
      expect(decision.ok ? "" : decision.refusal.message).not.toContain("globex");
    }
  });

  it("is judged again when the last officer signs: who was linked meanwhile stays linked", () => {
    const it = ready();
    const body = linkBody(it.world, it.cast.sam);
    const made = it.world.act("link-identity", body, it.cast.omar, "officer");
    const { tenant, person } = it.cast.eve;
    it.world.given({ type: "IdentityLinked", tenant, person, account: body.account });
    expect(codeOf(it.world.approve(made.digest, it.cast.olga, "officer"))).toBe("facts-differ");
  });

  it("gives a person 5 accounts at most", () => {
    const it = ready();
    for (let count = 0; count < 5; count++) expect(story(it, "omar", "eve")).toBe(AT_ONCE);
    expect(story(it, "omar", "eve")).toBe("not-allowed");
  });

  it("is refused for somebody who has left, or who is named wrongly", () => {
    const it = ready();
    const body = {
      ...linkBody(it.world, it.cast.eve),
      person: { ...personRefOf(it.cast.eve), name: it.cast.sam.name },
    };
    expect(codeOf(it.world.act("link-identity", body, it.cast.omar, "officer"))).toBe("not-found");
    const { tenant, person } = it.cast.eve;
    it.world.given({ type: "PersonRevoked", tenant, person });
    expect(story(it, "omar", "eve")).toBe("not-found");
  });

  it("makes nobody a sponsor: an account is no place in a chain", () => {
    const it = ready();
    story(it, "omar", "sam", "olga");
    expect(it.cast.sam.sponsors).toEqual([]);
  });
});

describe("unlinking an account", () => {
  const unlink = (it: Ready, by: Member, owner: Member, account: ReturnType<typeof link>) => {
    const person = it.cast[by];
    const subject = { type: "identity", person: personRefOf(it.cast[owner]), account } as const;
    return outcomeOf(
      it.world.act("revoke", revokeBody(it.world, person, subject), person, roleOf(person)),
    );
  };

  it.each<[Member, string]>([
    ["omar", "IdentityUnlinked SessionEnded"],
    ["sam", "IdentityUnlinked SessionEnded"],
    ["olivia", "IdentityUnlinked SessionEnded"],
    ["eve", "not-found"],
    ["audrey", "not-found"],
    ["greta", "not-found"],
  ])("L11 L19 by %s: %s", (by, expected) => {
    const it = ready();
    const account = link(it.world, it.cast.olivia);
    signIn(it.world, it.cast.olivia, account);
    expect(unlink(it, by, "olivia", account)).toBe(expected);
  });

  it("names its owner rightly or not at all", () => {
    const it = ready();
    const account = link(it.world, it.cast.olivia);
    expect(unlink(it, "omar", "eve", account)).toBe("not-found");
    expect(unlink(it, "omar", "olivia", account)).toBe("IdentityUnlinked");
    expect(unlink(it, "omar", "olivia", account)).toBe("not-found");
  });

  it("frees the account for somebody else, by the same signatures", () => {
    const it = ready();
    const account = link(it.world, it.cast.olivia);
    unlink(it, "omar", "olivia", account);
    const body = { ...linkBody(it.world, it.cast.eve), account };
    expect(outcomeOf(it.world.act("link-identity", body, it.cast.omar, "officer"))).toBe(AT_ONCE);
  });
});
