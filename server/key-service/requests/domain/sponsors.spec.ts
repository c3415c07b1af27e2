import { addSeconds } from "@countersign/protocol/instants";
import { describe, expect, it } from "vitest";
import { keyBody, roleBody } from "../../decisions/testing/act-bodies.ts";
import { asked, ready } from "../../decisions/testing/asked.ts";
import { assigned, type Cast, codeOf, enrolCast } from "../../decisions/testing/decision-cast.ts";
import { ACME, DecisionWorld, PII_POLICY } from "../../decisions/testing/decision-world.ts";
import { recentSponsors, SPONSOR_SECONDS } from "../../roster/domain/roster.ts";

const THIRTY_DAYS = 30 * 86_400;

/** A world in which `sponsor` enrolled `of` that long ago, and Olivia's request for personal data waits. */
function sponsored(
  ties: readonly (readonly [of: keyof Cast, sponsor: keyof Cast])[],
  secondsAgo: number,
) {
  const world = new DecisionWorld();
  const cast = enrolCast(world);
  for (const [of, sponsor] of ties) world.enrolKey(cast[of], [cast[sponsor]]);
  world.pass(secondsAgo);
  const secret = world.secret("payments/prod/postgres/app-password", PII_POLICY);
  const laptop = world.device(cast.olivia);
  return asked(PII_POLICY, {}, { world, cast, secret, laptop });
}

/** Sam signs first; what becomes of Priya's signature? */
function second(ties: Parameters<typeof sponsored>[0], secondsAgo: number): string {
  const { world, cast, proposal } = sponsored(ties, secondsAgo);
  const first = world.approve(proposal, cast.sam, "security-admin");
  if (!first.ok) return `first: ${first.refusal.code}`;
  return codeOf(world.approve(proposal, cast.priya, "security-admin"));
}

/** Each way in which two approvers owe each other, or the requester, their place. */
const TIES = {
  "one approver enrolled the other": [["priya", "sam"]],
  "the other approver enrolled the one": [["sam", "priya"]],
  "one person enrolled both": [
    ["sam", "omar"],
    ["priya", "omar"],
  ],
} as const;

describe.each(Object.entries(TIES))("where %s", (_, ties) => {
  it("JIT-2 L18 L20 refuses the second signature for 30 days", () => {
    expect(second(ties, 0)).toBe("enrolled-too-recently");
    expect(second(ties, THIRTY_DAYS - 1)).toBe("enrolled-too-recently");
  });

  it("JIT-2 takes it at 30 days to the second, and after", () => {
    expect(second(ties, THIRTY_DAYS)).toBe("ok");
    expect(second(ties, THIRTY_DAYS + 1)).toBe("ok");
  });
});

describe("where the requester enrolled an approver", () => {
  it("JIT-2 L18 L20 refuses that approver for 30 days", () => {
    for (const seconds of [0, THIRTY_DAYS - 1]) {
      const { world, cast, proposal } = sponsored([["sam", "olivia"]], seconds);
      const signed = world.approve(proposal, cast.sam, "security-admin");
      expect(codeOf(signed)).toBe("enrolled-too-recently");
    }
  });

  it("JIT-2 takes that approver from 30 days on, and any other at once", () => {
    const later = sponsored([["sam", "olivia"]], THIRTY_DAYS);
    expect(codeOf(later.world.approve(later.proposal, later.cast.sam, "security-admin"))).toBe(
      "ok",
    );
    const now = sponsored([["sam", "olivia"]], 0);
    expect(codeOf(now.world.approve(now.proposal, now.cast.priya, "security-admin"))).toBe("ok");
  });
});

describe("where somebody who gains by a change of roles enrolled an officer", () => {
  /** Omar proposes a role for Noor, who enrolled a key of Olga's that long ago. */
  function proposed(secondsAgo: number) {
    const { world, cast } = ready();
    world.enrolKey(cast.olga, [cast.noor]);
    world.pass(secondsAgo);
    const body = roleBody(cast.noor, [assigned("ciso")]);
    const { digest } = world.act("change-role", body, cast.omar, "officer");
    return { world, cast, digest };
  }

  it("ID-2 L18 L20 refuses that officer for 30 days", () => {
    for (const seconds of [0, THIRTY_DAYS - 1]) {
      const { world, cast, digest } = proposed(seconds);
      const signed = world.approve(digest, cast.olga, "officer");
      expect(codeOf(signed)).toBe("enrolled-too-recently");
      expect(signed.ok || signed.refusal.message).toContain("gains by it");
    }
  });

  it("ID-2 takes that officer from 30 days on, and any other at once", () => {
    const later = proposed(THIRTY_DAYS);
    expect(codeOf(later.world.approve(later.digest, later.cast.olga, "officer"))).toBe("ok");
    const now = proposed(0);
    expect(codeOf(now.world.approve(now.digest, now.cast.otto, "officer"))).toBe("ok");
  });
});

describe("what is no tie", () => {
  it("takes an approver who enrolled the requester: they owe nobody their place", () => {
    expect(second([["olivia", "sam"]], 0)).toBe("ok");
  });

  it("takes two approvers enrolled by two different people", () => {
    const ties = [
      ["sam", "omar"],
      ["priya", "olga"],
    ] as const;
    expect(second(ties, 0)).toBe("ok");
  });

  it("exempts genesis: nobody whom it names is sponsored by anybody", () => {
    const { world, cast } = ready();
    for (const person of Object.values(cast)) {
      expect(recentSponsors(person, world.now).size).toBe(0);
    }
  });

  it("does not forget a tie because the first of the two lost their role", () => {
    const { world, cast, proposal } = sponsored([["priya", "sam"]], 0);
    world.approve(proposal, cast.sam, "security-admin");
    cast.sam.roles = [];
    const signed = world.approve(proposal, cast.priya, "security-admin");
    expect(codeOf(signed)).toBe("enrolled-too-recently");
  });
});

describe("who becomes a sponsor", () => {
  it("L18 whoever proposed and whoever agreed to a change of roles", () => {
    const { world, cast } = ready();
    const { digest } = world.act(
      "change-role",
      roleBody(cast.noor, [assigned("ciso")]),
      cast.omar,
      "officer",
    );
    world.approve(digest, cast.olga, "officer");
    const sponsors = new Set([cast.omar.person, cast.olga.person]);
    expect(recentSponsors(cast.noor, world.now)).toEqual(sponsors);
  });

  it("L18 the two officers who agreed to an approver's further key", () => {
    const { world, cast } = ready();
    const { digest } = world.act("enrol-key", keyBody(world, cast.sam), cast.sam, "member");
    world.approve(digest, cast.omar, "officer");
    world.approve(digest, cast.olga, "officer");
    expect(recentSponsors(cast.sam, world.now)).toEqual(
      new Set([cast.omar.person, cast.olga.person]),
    );
  });

  it("nobody where a person without an approving role adds a key of their own", () => {
    const { world, cast } = ready();
    const body = keyBody(world, cast.olivia);
    expect(codeOf(world.act("enrol-key", body, cast.olivia, "member"))).toBe("ok");
    expect(cast.olivia.sponsors).toEqual([]);
  });

  it("counts for exactly 30 days", () => {
    const { world, cast } = ready();
    world.enrolKey(cast.sam, [cast.omar]);
    const at = world.now;
    const seen = (seconds: number) => recentSponsors(cast.sam, addSeconds(at, seconds)).size;
    expect(SPONSOR_SECONDS).toBe(THIRTY_DAYS);
    expect([seen(0), seen(THIRTY_DAYS - 1), seen(THIRTY_DAYS)]).toEqual([1, 1, 0]);
    expect(world.state.tenants.get(ACME)?.people.get(cast.sam.person)).toBe(cast.sam);
  });
});
