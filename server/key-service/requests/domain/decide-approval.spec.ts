import { secretName } from "@countersign/protocol/names";
import type { Role } from "@countersign/protocol/roles";
import { describe, expect, it } from "vitest";
import { keyBody, roleBody } from "../../decisions/testing/act-bodies.ts";
import { type Asked, asked, POLICY, proposalOf, ready } from "../../decisions/testing/asked.ts";
import { assigned, codeOf, eventsOf, outcomeOf } from "../../decisions/testing/decision-cast.ts";
import { ACME, GLOBEX } from "../../decisions/testing/decision-world.ts";

const SIGNED = "ProposalApproved";
const AGREED = "ProposalApproved ProposalAccepted GrantIssued";

describe("a production secret with personal data", () => {
  it("JIT-2 opens after two security admins signed, and not before", () => {
    const { world, cast, proposal } = asked();
    expect(outcomeOf(world.approve(proposal, cast.sam, "security-admin"))).toBe(SIGNED);
    expect(outcomeOf(world.approve(proposal, cast.priya, "security-admin"))).toBe(AGREED);
  });

  it("JIT-2 may have the service's admin as the second person, in either order", () => {
    for (const order of [
      ["sam", "theo"],
      ["theo", "sam"],
    ] as const) {
      const { world, cast, proposal } = asked();
      const outcomes = order.map((name) => {
        const role = name === "theo" ? "service-admin" : "security-admin";
        return outcomeOf(world.approve(proposal, cast[name], role));
      });
      expect(outcomes).toEqual([SIGNED, AGREED]);
    }
  });

  it("L29 refuses a signer whose line is full", () => {
    const { world, cast, proposal } = asked();
    const tina = world.person("Tina", [assigned("service-admin", "payments")]);
    world.approve(proposal, cast.theo, "service-admin");
    expect(codeOf(world.approve(proposal, tina, "service-admin"))).toBe("no-step-left");
  });

  it("CLASS-1 asks for all three of critical, and takes their signatures in any order", () => {
    const order = (names: readonly ("cass" | "sam" | "priya")[]) => {
      const { world, cast, proposal } = asked(POLICY.critical);
      return names.map((name) =>
        outcomeOf(world.approve(proposal, cast[name], name === "cass" ? "ciso" : "security-admin")),
      );
    };
    for (const names of [
      ["cass", "sam", "priya"],
      ["cass", "priya", "sam"],
      ["sam", "cass", "priya"],
      ["sam", "priya", "cass"],
      ["priya", "cass", "sam"],
      ["priya", "sam", "cass"],
    ] as const) {
      expect(order(names)).toEqual([SIGNED, SIGNED, AGREED]);
    }
  });

  it("CLASS-1 LOW takes the requester's own signature and no other", () => {
    const { world, cast, secret, laptop } = ready(POLICY.low);
    const body = world.requestBody(cast.olivia, laptop, [secret]);
    const decision = world.act("request", body, cast.olivia, "service-owner");
    expect(eventsOf(decision)).toEqual(["ProposalMade", "ProposalAccepted", "GrantIssued"]);
  });
});

describe("nobody approves their own", () => {
  /** Olivia with one more role, asking for herself. */
  function olviaWith(role: Role, service: string | null = null): Asked {
    const given = ready();
    given.cast.olivia.roles = [...given.cast.olivia.roles, assigned(role, service)];
    return asked(undefined, {}, given);
  }

  it("L20 L28 refuses the requester who is in the approving group too", () => {
    const { world, cast, proposal } = olviaWith("security-admin");
    expect(codeOf(world.approve(proposal, cast.olivia, "security-admin"))).toBe("own-proposal");
  });

  it("L20 L28 refuses the requester as admin of the service", () => {
    const { world, cast, proposal } = olviaWith("service-admin", "payments");
    expect(codeOf(world.approve(proposal, cast.olivia, "service-admin"))).toBe("own-proposal");
  });

  it("L20 refuses the requester's second key", () => {
    const { world, cast, proposal } = olviaWith("security-admin");
    const second = world.enrolKey(cast.olivia).credential;
    const body = { proposal, reason: null };
    const statement = world.draft("approve", body, cast.olivia, "security-admin");
    expect(codeOf(world.submit(statement, { with: second }))).toBe("own-proposal");
  });

  it("L20 refuses a role given to the requester after they asked", () => {
    const { world, cast, proposal } = asked();
    cast.olivia.roles = [...cast.olivia.roles, assigned("security-admin")];
    expect(codeOf(world.approve(proposal, cast.olivia, "security-admin"))).toBe("own-proposal");
  });

  it("L20 refuses the person who would gain by a change of roles", () => {
    const { world, cast } = ready();
    const body = roleBody(cast.olga, [...cast.olga.roles, assigned("security-admin")]);
    const { digest } = world.act("change-role", body, cast.omar, "officer");
    expect(codeOf(world.approve(digest, cast.olga, "officer"))).toBe("own-proposal");
    expect(codeOf(world.approve(digest, cast.omar, "officer"))).toBe("own-proposal");
    expect(codeOf(world.approve(digest, cast.otto, "officer"))).toBe("ok");
  });

  it("L18 refuses to change one's own roles at all", () => {
    const { world, cast } = ready();
    const body = roleBody(cast.omar, [...cast.omar.roles, assigned("ciso")]);
    expect(codeOf(world.act("change-role", body, cast.omar, "officer"))).toBe("own-proposal");
  });

  it("L18 refuses an officer's signature under their own new key", () => {
    const { world, cast } = ready();
    const { digest } = world.act("enrol-key", keyBody(world, cast.omar), cast.omar, "member");
    expect(codeOf(world.approve(digest, cast.omar, "officer"))).toBe("own-proposal");
    expect(outcomeOf(world.approve(digest, cast.olga, "officer"))).toBe(SIGNED);
    expect(eventsOf(world.approve(digest, cast.otto, "officer"))).toContain("KeyEnrolled");
  });

  it("L26 names the asker among those who gain, whatever the statement says", () => {
    const it = asked();
    expect(proposalOf(it).beneficiaries).toEqual([it.cast.olivia.person]);
    expect(proposalOf(it).approvals).toEqual([]);
  });

  it("refuses to deny one's own: it is withdrawn instead", () => {
    const { world, cast, proposal } = olviaWith("security-admin");
    const reason = world.commit(cast.olivia, "reason", "Not needed");
    const denied = world.act("deny", { proposal, reason }, cast.olivia, "security-admin");
    expect(codeOf(denied)).toBe("own-proposal");
  });
});

describe("one person signs one line", () => {
  it("L27 refuses the same approver again", () => {
    const { world, cast, proposal } = asked();
    world.approve(proposal, cast.sam, "security-admin");
    expect(codeOf(world.approve(proposal, cast.sam, "security-admin"))).toBe("same-person-twice");
  });

  it("L27 refuses the same approver with a second key", () => {
    const { world, cast, proposal } = asked();
    world.approve(proposal, cast.sam, "security-admin");
    const second = world.enrolKey(cast.sam).credential;
    const again = world.draft("approve", { proposal, reason: null }, cast.sam, "security-admin");
    expect(codeOf(world.submit(again, { with: second }))).toBe("same-person-twice");
  });

  it("L27 refuses the same approver in a second role, for a line of another group", () => {
    const { world, cast, proposal } = asked(POLICY.critical);
    cast.cass.roles = [...cast.cass.roles, assigned("security-admin")];
    expect(codeOf(world.approve(proposal, cast.cass, "security-admin"))).toBe("ok");
    expect(codeOf(world.approve(proposal, cast.cass, "ciso"))).toBe("same-person-twice");
  });

  it("L27 refuses whoever signed and lost that signature: another person takes the line", () => {
    const { world, cast, proposal } = asked();
    world.approve(proposal, cast.sam, "security-admin");
    const [lost] = world.keysOf(cast.sam);
    world.enrolKey(cast.sam);
    world.given({
      type: "KeyRevoked",
      tenant: ACME,
      credential: lost?.credential ?? expect.fail(),
    });
    expect(codeOf(world.approve(proposal, cast.sam, "security-admin"))).toBe("same-person-twice");
  });
});

describe("who may sign at all", () => {
  it("SEG-1 L11 finds nothing of another tenant", () => {
    const { world, cast, proposal } = asked();
    expect(codeOf(world.approve(proposal, cast.sven, "security-admin"))).toBe("not-found");
    const reason = world.commit(cast.sven, "reason", "No");
    const denied = world.act("deny", { proposal, reason }, cast.sven, "security-admin");
    expect(codeOf(denied)).toBe("not-found");
  });

  it("SEG-1 L11 does not let a statement of another tenant reach in", () => {
    const { world, cast, proposal } = asked();
    const body = { proposal, reason: null };
    const foreign = { ...world.draft("approve", body, cast.sven, "security-admin"), tenant: ACME };
    const [credential] = world.keysOf(cast.sven).map((it) => it.credential);
    const decision = world.submit(foreign, { with: credential ?? expect.fail() });
    expect(codeOf(decision)).toBe("not-allowed");
    expect(world.state.tenants.get(GLOBEX)?.proposals.size).toBe(0);
  });

  it("SEG-3 shows an admin of another service nothing", () => {
    const { world, cast, proposal } = asked();
    expect(codeOf(world.approve(proposal, cast.tilda, "service-admin"))).toBe("not-found");
  });

  it("SEG-3 lets nobody deny by a role that they hold for another service, though they may look", () => {
    const { world, cast, proposal } = asked();
    cast.tilda.roles = [...cast.tilda.roles, assigned("auditor")];
    const reason = world.commit(cast.tilda, "reason", "No");
    const denied = world.act("deny", { proposal, reason }, cast.tilda, "service-admin");
    expect(codeOf(denied)).toBe("not-allowed");
    const signed = world.approve(proposal, cast.tilda, "service-admin");
    expect(codeOf(signed)).toBe("not-allowed");
  });

  it("SEG-3 takes no per-service role for a request over several services", () => {
    const { world, cast, laptop, secret } = ready(POLICY.medium);
    cast.olivia.roles = [...cast.olivia.roles, assigned("service-owner", "billing")];
    const other = world.secret("billing/prod/api/key", { ...POLICY.medium, service: "billing" });
    const body = world.requestBody(cast.olivia, laptop, [secret, other]);
    const { digest } = world.act("request", body, cast.olivia, "service-owner");
    expect(codeOf(world.approve(digest, cast.theo, "service-admin"))).toBe("not-found");
    expect(codeOf(world.approve(digest, cast.tilda, "service-admin"))).toBe("not-found");
    expect(outcomeOf(world.approve(digest, cast.sam, "security-admin"))).toBe(AGREED);
  });

  it("ID-2 L41 refuses whoever may only look, and tells outsiders nothing", () => {
    const { world, cast, proposal } = asked();
    expect(codeOf(world.approve(proposal, cast.audrey, "auditor"))).toBe("no-step-left");
    expect(codeOf(world.approve(proposal, cast.omar, "officer"))).toBe("no-step-left");
    for (const name of ["eve", "noor", "max", "boris", "cass"] as const) {
      const [role] = cast[name].roles.map((it) => it.role);
      expect(codeOf(world.approve(proposal, cast[name], role ?? "member"))).toBe("not-found");
    }
  });

  it("ID-2 refuses a member's signature from somebody who holds the role", () => {
    const { world, cast, proposal } = asked();
    expect(codeOf(world.approve(proposal, cast.sam, "member"))).toBe("not-allowed");
  });

  it("L19 refuses a person whose role was taken, or who left, since they last signed", () => {
    const { world, cast, proposal } = asked();
    cast.sam.roles = [];
    expect(codeOf(world.approve(proposal, cast.sam, "security-admin"))).toBe("not-allowed");
    world.given({ type: "PersonRevoked", tenant: ACME, person: cast.priya.person });
    expect(codeOf(world.approve(proposal, cast.priya, "security-admin"))).toBe("not-allowed");
  });

  it("L41 gives approvers no grant of their own", () => {
    const { world, cast, proposal, request } = asked();
    world.approve(proposal, cast.sam, "security-admin");
    world.approve(proposal, cast.priya, "security-admin");
    const grants = [...(world.state.tenants.get(ACME)?.grants.values() ?? [])];
    expect(grants.map((it) => [it.request, it.person])).toEqual([[request, cast.olivia.person]]);
  });
});

describe("names and ids", () => {
  it("L3 compares services as whole names", () => {
    const { world, cast } = ready();
    expect(secretName.safeParse("Payments/prod/postgres/app").success).toBe(false);
    const near = world.secret("payments-eu/prod/postgres/app", {
      ...POLICY.medium,
      service: "payments-eu",
    });
    const laptop = world.device(cast.olivia);
    const body = world.requestBody(cast.olivia, laptop, [near]);
    expect(codeOf(world.act("request", body, cast.olivia, "service-owner"))).toBe("not-found");
  });

  it("finds no proposal by the digest of something else", () => {
    const { world, cast } = asked();
    expect(codeOf(world.approve(world.ids.digest(), cast.sam, "security-admin"))).toBe("not-found");
  });
});
