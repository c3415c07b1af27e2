import { describe, expect, it } from "vitest";
import { digestOfNow } from "../../../kernel/digest.ts";
import {
  keyBody,
  policyBody,
  putBody,
  revokeBody,
  roleBody,
} from "../../decisions/testing/act-bodies.ts";
import { type Asked, asked, POLICY, proposalOf, ready } from "../../decisions/testing/asked.ts";
import { assigned, codeOf, eventsOf, outcomeOf } from "../../decisions/testing/decision-cast.ts";
import { ACME } from "../../decisions/testing/decision-world.ts";
import { rulesOf } from "./act-rules.ts";

const SIGNED = "ProposalApproved";
const AGREED = "ProposalApproved ProposalAccepted GrantIssued";

describe("what changed between the signatures", () => {
  it("L42 counts no approval of somebody who has left", () => {
    const it = asked();
    const { world, cast, proposal } = it;
    world.approve(proposal, cast.sam, "security-admin");
    world.given({ type: "PersonRevoked", tenant: ACME, person: cast.sam.person });
    expect(outcomeOf(world.approve(proposal, cast.priya, "security-admin"))).toBe(SIGNED);
    expect(outcomeOf(world.approve(proposal, cast.theo, "service-admin"))).toBe(AGREED);
  });

  it("L31 L42 counts no approval of somebody who lost the role in which they signed", () => {
    const { world, cast, proposal } = asked();
    world.approve(proposal, cast.sam, "security-admin");
    cast.sam.roles = [assigned("ciso")];
    expect(outcomeOf(world.approve(proposal, cast.priya, "security-admin"))).toBe(SIGNED);
  });

  it.each(["KeyRevoked", "KeyLocked"] as const)(
    "L31 counts no approval by a key since %s",
    (type) => {
      const { world, cast, proposal } = asked();
      world.approve(proposal, cast.sam, "security-admin");
      const [key] = world.keysOf(cast.sam);
      world.given({ type, tenant: ACME, credential: key?.credential ?? expect.fail() });
      expect(outcomeOf(world.approve(proposal, cast.priya, "security-admin"))).toBe(SIGNED);
    },
  );

  it("L18 names as sponsors only those whose signatures counted", () => {
    const { world, cast } = ready();
    const { digest } = world.act("enrol-key", keyBody(world, cast.sam), cast.sam, "member");
    world.approve(digest, cast.omar, "officer");
    cast.omar.roles = [];
    expect(outcomeOf(world.approve(digest, cast.olga, "officer"))).toBe(SIGNED);
    expect(eventsOf(world.approve(digest, cast.otto, "officer"))).toContain("KeyEnrolled");
    const sponsors = cast.sam.sponsors.map((sponsor) => sponsor.person);
    expect(sponsors).toEqual([cast.olga.person, cast.otto.person]);
  });

  /** What makes an open proposal fall: the next approver finds that it must be asked anew. */
  const CHANGES = {
    "the policy was edited": ({ world, cast, secret }: Asked) =>
      world.act(
        "edit-secret",
        policyBody(world, secret, { rotationPeriodDays: 20 }),
        cast.olivia,
        "service-owner",
      ),
    "a new version was put": ({ world, cast, secret }: Asked) =>
      world.act("put-value", putBody(world, secret), cast.olivia, "service-owner"),
    "the secret was revoked": ({ world, cast, secret }: Asked) => {
      const subject = { type: "secret", secret: world.ref(secret) } as const;
      return world.act(
        "revoke",
        revokeBody(world, cast.olivia, subject),
        cast.olivia,
        "service-owner",
      );
    },
    "the requester lost the role": ({ cast }: Asked) => {
      cast.olivia.roles = [assigned("service-owner", "billing")];
    },
    "the requester left": ({ world, cast }: Asked) =>
      world.given({ type: "PersonRevoked", tenant: ACME, person: cast.olivia.person }),
    "the requester's key was revoked": ({ world, cast }: Asked) => {
      const [key] = world.keysOf(cast.olivia);
      world.given({
        type: "KeyRevoked",
        tenant: ACME,
        credential: key?.credential ?? expect.fail(),
      });
    },
    "the requester's key was locked": ({ world, cast }: Asked) => {
      const [key] = world.keysOf(cast.olivia);
      world.given({
        type: "KeyLocked",
        tenant: ACME,
        credential: key?.credential ?? expect.fail(),
      });
    },
    "the device was revoked": ({ world, laptop }: Asked) =>
      world.given({ type: "DeviceRevoked", tenant: ACME, device: laptop }),
  };

  it.each(Object.entries(CHANGES))("JIT-1 L31 a request falls when %s", (_, change) => {
    const it = asked();
    const { world, cast, proposal } = it;
    world.approve(proposal, cast.sam, "security-admin");
    change(it);
    expect(codeOf(world.approve(proposal, cast.priya, "security-admin"))).toBe("facts-differ");
    expect(world.state.tenants.get(ACME)?.grants.size).toBe(0);
  });

  it("L31 a change of roles falls when the person's roles have changed since", () => {
    const { world, cast } = ready();
    const wanted = world.act(
      "change-role",
      roleBody(cast.sam, [assigned("ciso")]),
      cast.omar,
      "officer",
    );
    const first = world.act("change-role", roleBody(cast.sam, []), cast.olga, "officer");
    expect(codeOf(world.approve(first.digest, cast.otto, "officer"))).toBe("ok");
    expect(codeOf(world.approve(wanted.digest, cast.otto, "officer"))).toBe("facts-differ");
  });

  it("L31 a further key falls with the person who asked for it, and with the key that vouched", () => {
    for (const event of ["PersonRevoked", "KeyRevoked"] as const) {
      const { world, cast } = ready();
      const { digest } = world.act("enrol-key", keyBody(world, cast.sam), cast.sam, "member");
      world.approve(digest, cast.omar, "officer");
      const credential = world.keysOf(cast.sam)[0]?.credential ?? expect.fail();
      world.given(
        event === "PersonRevoked"
          ? { type: event, tenant: ACME, person: cast.sam.person }
          : { type: event, tenant: ACME, credential },
      );
      expect(codeOf(world.approve(digest, cast.olga, "officer"))).toBe("facts-differ");
    }
  });

  it("JIT-2 L31 asks the stricter chain of then and now", () => {
    // Called personal data and back again: the metadata is as it was, the version has a high-water mark.
    const { world, cast, proposal, secret } = asked(POLICY.medium);
    for (const policy of [POLICY.pii, POLICY.medium]) {
      const policyDigest = digestOfNow("policy", policy);
      world.given({ type: "PolicyChanged", tenant: ACME, secret, policy, policyDigest });
    }
    expect(outcomeOf(world.approve(proposal, cast.theo, "service-admin"))).toBe(SIGNED);
    expect(outcomeOf(world.approve(proposal, cast.sam, "security-admin"))).toBe(AGREED);
  });

  it("L21 grants what the requester could have had alone, were no approval needed", () => {
    const direct = ready(POLICY.low);
    const body = direct.world.requestBody(direct.cast.olivia, direct.laptop, [direct.secret]);
    const alone = direct.world.act("request", body, direct.cast.olivia, "service-owner");
    const through = asked(POLICY.pii, { maxUses: 3 });
    through.world.approve(through.proposal, through.cast.sam, "security-admin");
    const last = through.world.approve(through.proposal, through.cast.priya, "security-admin");
    const grantOf = (of: typeof last) => of.events.find((event) => event.type === "GrantIssued");
    const { statement } = proposalOf(through);
    const tenant = through.world.state.tenants.get(ACME) ?? expect.fail();
    const context = {
      state: through.world.state,
      tenant,
      signer: through.cast.olivia,
      now: through.world.now,
    };
    const same = rulesOf(statement).effects(context, { proposal: through.proposal, approvers: [] });
    expect([grantOf(last)]).toEqual(same);
    expect(Object.keys(grantOf(last) ?? {}).sort()).toEqual(
      Object.keys(grantOf(alone) ?? {}).sort(),
    );
  });
});
