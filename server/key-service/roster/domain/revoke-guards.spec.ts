import { describe, expect, it } from "vitest";
import { deviceSubject, personRefOf, revokeBody } from "../../decisions/testing/act-bodies.ts";
import { granted, ready } from "../../decisions/testing/asked.ts";
import { assigned, codeOf, outcomeOf, roleOf } from "../../decisions/testing/decision-cast.ts";
import { cellsOf } from "../../decisions/testing/state-table.ts";

type Ready = ReturnType<typeof ready>;
type Name = keyof Ready["cast"];

/** What of somebody is revoked. */
const SUBJECTS = {
  person: ({ cast }: Ready, name: Name) =>
    ({ type: "person", person: personRefOf(cast[name]) }) as const,
  key: ({ world, cast }: Ready, name: Name) => {
    const credential = world.keysOf(cast[name])[0]?.credential ?? expect.fail();
    return { type: "key", person: personRefOf(cast[name]), credential } as const;
  },
  device: ({ world, cast }: Ready, name: Name) =>
    deviceSubject(world, world.device(cast[name], "their laptop")),
};
type Subject = keyof typeof SUBJECTS;

function revoke(it: Ready, by: Name, subject: Subject, whose: Name) {
  const { world, cast } = it;
  const body = revokeBody(world, cast[by], SUBJECTS[subject](it, whose));
  return world.act("revoke", body, cast[by], roleOf(cast[by]));
}

const GONE = { person: "PersonRevoked", key: "KeyRevoked", device: "DeviceRevoked" } as const;

describe("whose place is revoked", () => {
  const ASKS = { person: "ProposalMade", key: "ProposalMade", device: "ProposalMade" } as const;
  const TABLE = {
    // another security admin, an officer: two of them
    sam: ASKS,
    omar: ASKS,
    // one's own: one signature, whoever one is
    priya: GONE,
    // everybody else: one signature
    cass: GONE,
    theo: GONE,
    olivia: GONE,
    audrey: GONE,
    eve: GONE,
  } as const satisfies Partial<Record<Name, Record<Subject, string>>>;

  it.each(cellsOf(TABLE))(
    "ID-2 L18 a security admin who revokes the $command of $state gets $expected",
    ({ state, command, expected }) => {
      expect(outcomeOf(revoke(ready(), "priya", command, state))).toBe(expected);
    },
  );

  it("L18 an officer alone revokes no officer and no security admin either", () => {
    for (const whose of ["olga", "sam"] as const) {
      expect(outcomeOf(revoke(ready(), "omar", "key", whose))).toBe("ProposalMade");
    }
  });

  it("L18 counts a guard by any of their roles", () => {
    const it = ready();
    it.cast.theo.roles = [...it.cast.theo.roles, assigned("officer")];
    expect(outcomeOf(revoke(it, "priya", "person", "theo"))).toBe("ProposalMade");
  });

  it("takes a guard's grant away at once: access ends, their place does not", () => {
    const given = granted();
    given.cast.olivia.roles = [...given.cast.olivia.roles, assigned("officer")];
    const { world, cast, request, proposal } = given;
    const body = revokeBody(world, cast.sam, { type: "grant", request, proposal });
    expect(outcomeOf(world.act("revoke", body, cast.sam, "security-admin"))).toBe("GrantRevoked");
  });

  it("keeps no proposal of what one signature took away", () => {
    const it = ready();
    const { digest } = revoke(it, "priya", "key", "olivia");
    expect(it.world.state.tenants.get(it.cast.olivia.tenant)?.proposals.has(digest)).toBe(false);
  });
});

describe("revoking a guard", () => {
  const proposed = (subject: Subject = "person") => {
    const it = ready();
    return { ...it, ...revoke(it, "priya", subject, "sam") };
  };

  it.each(["person", "key", "device"] as const)(
    "takes effect with the second signature: %s",
    (subject) => {
      const { world, cast, digest } = proposed(subject);
      expect(outcomeOf(world.approve(digest, cast.omar, "officer"))).toBe(
        `ProposalApproved ProposalAccepted ${GONE[subject]}`,
      );
    },
  );

  it("L20 is agreed to by an officer or another security admin, and by nobody else", () => {
    const { world, cast, digest } = proposed();
    const sally = world.person("Sally", [assigned("security-admin")]);
    const codes = [
      world.approve(digest, cast.priya, "security-admin"),
      world.approve(digest, cast.sam, "security-admin"),
      world.approve(digest, cast.cass, "ciso"),
      world.approve(digest, cast.theo, "service-admin"),
      world.approve(digest, cast.greta, "officer"),
      world.approve(digest, sally, "security-admin"),
    ].map(codeOf);
    expect(codes).toEqual([
      "own-proposal",
      "own-proposal",
      "not-found",
      "not-found",
      "not-found",
      "ok",
    ]);
  });

  it("L18 is not refused by whom it is about", () => {
    const { world, cast, digest } = proposed();
    const deny = (name: "sam" | "omar") => {
      const reason = world.commit(cast[name], "reason", "No");
      return world.act("deny", { proposal: digest, reason }, cast[name], roleOf(cast[name]));
    };
    expect(codeOf(deny("sam"))).toBe("own-proposal");
    expect(codeOf(deny("omar"))).toBe("ok");
  });

  it("is agreed to by somebody whom the revoked enrolled: nobody gains by losing", () => {
    const { world, cast, digest } = proposed();
    world.enrolKey(cast.omar, [cast.sam]);
    expect(codeOf(world.approve(digest, cast.omar, "officer"))).toBe("ok");
  });

  it("L18 is not agreed to by somebody whom the proposer enrolled within 30 days", () => {
    const { world, cast, digest } = proposed();
    world.enrolKey(cast.omar, [cast.priya]);
    expect(codeOf(world.approve(digest, cast.omar, "officer"))).toBe("enrolled-too-recently");
  });

  it("leaves them everything until it is agreed to", () => {
    const { world, cast } = proposed("key");
    expect(codeOf(revoke({ world, cast } as Ready, "sam", "key", "eve"))).toBe("ok"); // only these two are read
  });

  it("falls where it has happened meanwhile", () => {
    const { world, cast, digest } = proposed("key");
    expect(codeOf(revoke({ world, cast } as Ready, "sam", "key", "sam"))).toBe("ok"); // only these two are read
    expect(codeOf(world.approve(digest, cast.omar, "officer"))).toBe("facts-differ");
  });
});
