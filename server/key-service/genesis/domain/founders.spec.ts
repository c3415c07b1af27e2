import { tenantId } from "@countersign/protocol/names";
import { type Assignment, assignment, ROLES, type Role } from "@countersign/protocol/roles";
import { issuer } from "@countersign/protocol/sign-in";
import { describe, expect, it } from "vitest";
import { castWithAccounts } from "./development-cast.ts";
import { type Founder, whyUnfitToFound } from "./founders.ts";

const of = (role: Role): Assignment => assignment.parse({ role, service: null });
const founders = (tenant: string, ...roles: readonly Role[][]): Founder[] =>
  roles.map((held, i) => ({
    tenant: tenantId.parse(tenant),
    name: `Person ${i}`,
    roles: held.map(of),
    accounts: [],
  }));

const IDP = issuer.parse("https://idp.initech.example");

const SOUND: readonly Role[][] = [
  ["officer"],
  ["officer"],
  ["officer", "security-admin"],
  ["security-admin"],
];

describe("who may found a production installation", () => {
  it("is three officers and two security admins in each tenant, who may be the same people", () => {
    expect(whyUnfitToFound(founders("initech", ...SOUND), [])).toEqual([]);
    const three = Array.from({ length: 3 }, (): Role[] => ["officer", "security-admin"]);
    expect(
      whyUnfitToFound([...founders("initech", ...SOUND), ...founders("acme", ...three)], []),
    ).toEqual([]);
  });

  it.each(SOUND.map((_, i) => [i]))("ID-2 refuses them without person %i", (i) => {
    expect(whyUnfitToFound(founders("initech", ...SOUND.toSpliced(i, 1)), [])).not.toEqual([]);
  });

  it("counts people, not assignments, and names the role that is short", () => {
    const twice = founders("initech", ["officer", "officer"], ["officer"], ["security-admin"]);
    expect(whyUnfitToFound(twice, [])).toEqual([
      "Tenant initech needs 3 people with the role officer and names 2.",
      "Tenant initech needs 2 people with the role security-admin and names 1.",
    ]);
  });

  it("TENANT-1 judges each tenant by its own people", () => {
    const alone = [...founders("initech", ...SOUND), ...founders("acme", ["ciso"])];
    expect(whyUnfitToFound(alone, []).every((it) => it.startsWith("Tenant acme"))).toBe(true);
    expect(whyUnfitToFound(alone, [])).toHaveLength(2);
  });

  it("takes no other role for theirs", () => {
    for (const role of ROLES.filter(
      (it) => !["officer", "service-admin", "service-owner"].includes(it),
    )) {
      const people = founders("initech", ["officer"], ["officer"], [role], [role]);
      expect(whyUnfitToFound(people, []), role).not.toEqual([]);
    }
  });

  it("refuses two people of one name in a tenant", () => {
    const people = founders("initech", ...SOUND).map((it) => ({ ...it, name: "Kim" }));
    expect(whyUnfitToFound(people, [])).toEqual([
      "Tenant initech names two people alike: nobody could tell them apart.",
    ]);
  });

  it("would not take the development cast, whose second tenant is one person", () => {
    expect(whyUnfitToFound(castWithAccounts([]), [])).not.toEqual([]);
  });

  it("ID-1 wants an account of everybody's own at a provider that the first entry names", () => {
    const people = founders("initech", ...SOUND).map((it, i) => ({
      ...it,
      accounts: [{ issuer: IDP, subject: `s${i}` }],
    }));
    expect(whyUnfitToFound(people, [IDP])).toEqual([]);

    const [first, second, ...others] = people;
    if (first === undefined || second === undefined) throw new Error("there are four");
    expect(whyUnfitToFound([{ ...first, accounts: [] }, second, ...others], [IDP])).toEqual([
      "Person 0 of initech has no account: give an issuer and a subject, or they could never sign in.",
    ]);
    expect(
      whyUnfitToFound([{ ...first, accounts: second.accounts }, second, ...others], [IDP]),
    ).toEqual([`The account ${IDP} s1 is named twice: an account is one person's.`]);
    expect(whyUnfitToFound(people, [])).toEqual([
      `${IDP} is not in COUNTERSIGN_IDENTITY_PROVIDERS_FILE: nobody could sign in there.`,
    ]);
  });
});
