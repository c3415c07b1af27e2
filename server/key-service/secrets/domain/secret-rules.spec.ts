import { environmentOf, secretName } from "@countersign/protocol/names";
import type { SecretPolicy } from "@countersign/protocol/policy";
import { describe, expect, it } from "vitest";
import { encodeEntry, MAX_ENTRY_BYTES } from "../../decisions/domain/entry.ts";
import {
  type Body,
  bindBody,
  bindingOf,
  policyBody,
  putBody,
  registerBody,
} from "../../decisions/testing/act-bodies.ts";
import { POLICY, ready } from "../../decisions/testing/asked.ts";
import { codeOf, eventsOf, outcomeOf } from "../../decisions/testing/decision-cast.ts";
import { ACME, PII_POLICY } from "../../decisions/testing/decision-world.ts";
import { identityDigest } from "./identity.ts";

type Ready = ReturnType<typeof ready>;
const owner = "service-owner";
const NEW = "payments/prod/postgres/new";

const register = (it: Ready, changes: Partial<Body<"register-secret">> = {}) =>
  it.world.act("register-secret", registerBody(it.world, NEW, changes), it.cast.olivia, owner);
const chainOf = (decision: ReturnType<typeof register>) =>
  decision.events.flatMap((event) => (event.type === "ProposalMade" ? [event.chain] : []))[0];
const secretOf = ({ world, secret }: Ready) =>
  world.state.tenants.get(ACME)?.secrets.get(secret) ?? expect.fail();

describe("registering a secret", () => {
  it("GEN-1 takes the owner's own signature, value and all", () => {
    const it = ready();
    expect(outcomeOf(register(it))).toBe(
      "ProposalMade ProposalAccepted SecretRegistered VersionAdded",
    );
    expect(outcomeOf(register(ready(), { value: null }))).toBe(
      "ProposalMade ProposalAccepted SecretRegistered",
    );
  });

  it("SEG-3 is for the service in the name only", () => {
    const { world, cast } = ready();
    const billing = registerBody(world, "billing/prod/api/key");
    expect(codeOf(world.act("register-secret", billing, cast.olivia, owner))).toBe("not-allowed");
    expect(codeOf(world.act("register-secret", billing, cast.boris, owner))).toBe("ok");
  });

  it("SEG-1 names and ids of one tenant say nothing of another's", () => {
    const { world, cast } = ready();
    const body = registerBody(world, "payments/prod/postgres/app-password", {}, cast.ingrid.tenant);
    expect(codeOf(world.act("register-secret", body, cast.ingrid, owner))).toBe("ok");
  });

  it("L26 refuses an identity that is not that of the secret", () => {
    const it = ready();
    const name = secretName.parse(NEW);
    const named = { secret: it.world.ids.secret(), name, environment: environmentOf(name) };
    for (const [tenant, version] of [
      [it.cast.ingrid.tenant, 1],
      [ACME, 2],
    ] as const) {
      const identity = identityDigest(tenant, named, version);
      expect(codeOf(register(it, { ...named, identity }))).toBe("facts-differ");
    }
  });

  it("TYPE-2 refuses a category of another type", () => {
    expect(codeOf(register(ready(), { type: "api-key" }))).toBe("malformed");
  });

  it("refuses the environment of another name, the protocol's own check aside", () => {
    const { world, cast } = ready();
    const sound = world.draft("register-secret", registerBody(world, NEW), cast.olivia, owner);
    const turned = { ...sound, body: { ...sound.body, environment: "dev" } } as const;
    expect(codeOf(world.would(turned))).toBe("malformed");
  });

  it("JIT-2 with workloads asks the people whom the binding alone would ask", () => {
    const it = ready();
    const made = register(it, { bindings: [bindingOf(it.world)] });
    expect(eventsOf(made)).toEqual(["ProposalMade"]);
    const alone = it.world.act(
      "bind-workload",
      bindBody(it.world, it.secret),
      it.cast.olivia,
      owner,
    );
    expect(chainOf(made)).toEqual(chainOf(alone));
    it.world.approve(made.digest, it.cast.sam, "security-admin");
    const last = it.world.approve(made.digest, it.cast.priya, "security-admin");
    expect(eventsOf(last).slice(2)).toEqual(["SecretRegistered", "VersionAdded", "WorkloadBound"]);
  });

  it("judges every binding that comes with it", () => {
    const it = ready();
    const vouched = bindingOf(it.world, { proof: "gateway-vouched" });
    expect(codeOf(register(it, { bindings: [bindingOf(it.world), vouched] }))).toBe("not-allowed");
    const twice = bindingOf(it.world);
    expect(codeOf(register(it, { bindings: [twice, twice] }))).toBe("malformed");
  });

  it("L31 one name is registered once, though two proposals for it wait", () => {
    const it = ready();
    const wait = () => register(it, { bindings: [bindingOf(it.world)] }).digest;
    const [first, second] = [wait(), wait()];
    for (const proposal of [first, second])
      it.world.approve(proposal, it.cast.sam, "security-admin");
    expect(codeOf(it.world.approve(first, it.cast.priya, "security-admin"))).toBe("ok");
    expect(codeOf(it.world.approve(second, it.cast.priya, "security-admin"))).toBe("facts-differ");
  });
});

describe("putting a value", () => {
  it("adds the next version, and no other", () => {
    const it = ready();
    const put = (version: number) => {
      const body = putBody(it.world, it.secret);
      const ref = { ...body.secret, version };
      const changed = { ...body, secret: ref, identity: identityDigest(ACME, ref, version) };
      return codeOf(it.world.act("put-value", changed, it.cast.olivia, owner));
    };
    expect([put(1), put(3), put(2), put(2)]).toEqual([
      "secret-changed",
      "secret-changed",
      "ok",
      "secret-changed",
    ]);
    expect(secretOf(it).current?.version).toBe(2);
  });

  it("refuses the identity of another version", () => {
    const it = ready();
    const body = putBody(it.world, it.secret);
    const identity = identityDigest(ACME, body.secret, 1);
    expect(codeOf(it.world.act("put-value", { ...body, identity }, it.cast.olivia, owner))).toBe(
      "facts-differ",
    );
  });

  it("JIT-2 L41 lets nobody read: it grants nothing", () => {
    const it = ready();
    it.world.act("put-value", putBody(it.world, it.secret), it.cast.olivia, owner);
    expect(it.world.state.tenants.get(ACME)?.grants.size).toBe(0);
  });
});

describe("changing metadata", () => {
  const DECISIVE: readonly Partial<SecretPolicy>[] = [
    { owner: "other-team" },
    { service: "billing" },
    { dataClassification: "internal" },
    { tier: "low" },
  ];

  it.each(DECISIVE)("JIT-2 L21 an edit does not change what decides who signs: %j", (changes) => {
    const { world, cast, secret } = ready();
    const decision = world.act(
      "edit-secret",
      policyBody(world, secret, changes),
      cast.olivia,
      owner,
    );
    expect(codeOf(decision)).toBe("not-allowed");
    expect(decision.ok || decision.refusal.message).toContain(Object.keys(changes)[0]);
  });

  it("refuses a change that changes nothing", () => {
    const { world, cast, secret } = ready();
    for (const kind of ["edit-secret", "reclassify-secret"] as const) {
      expect(codeOf(world.act(kind, policyBody(world, secret, {}), cast.olivia, owner))).toBe(
        "malformed",
      );
    }
  });

  it.each([
    ["down from personal data", POLICY.pii, { dataClassification: "internal", tier: "low" }, 2],
    ["up to personal data", POLICY.low, { dataClassification: "pii" }, 2],
    ["from high to low", POLICY.high, { tier: "low" }, 2],
    ["from low to high", POLICY.low, { tier: "high" }, 2],
    ["to a tier that nobody knows", POLICY.low, { tier: "lowest" }, 3],
    ["of a low secret that stays low", POLICY.low, { owner: "other-team" }, 0],
  ])(
    "JIT-2 CLASS-1 a re-classification %s takes the stricter of before and after",
    (_, before, after, people) => {
      const { world, cast, secret } = ready(before);
      const decision = world.act(
        "reclassify-secret",
        policyBody(world, secret, after),
        cast.olivia,
        owner,
      );
      expect(chainOf(decision)).toHaveLength(people);
    },
  );

  it("JIT-2 a version that held personal data stays so, until the next value", () => {
    const it = ready();
    const { world, cast, secret } = it;
    const body = policyBody(world, secret, { dataClassification: "internal", tier: "low" });
    const { digest } = world.act("reclassify-secret", body, cast.olivia, owner);
    for (const by of [cast.sam, cast.priya]) world.approve(digest, by, "security-admin");
    expect(secretOf(it).policy.tier).toBe("low");
    const request = () => {
      const wanted = world.requestBody(cast.olivia, it.laptop, [secret]);
      return chainOf(world.act("request", wanted, cast.olivia, owner))?.length;
    };
    expect(request()).toBe(2);
    world.act("put-value", putBody(world, secret), cast.olivia, owner);
    expect(request()).toBe(0);
  });

  it("a secret's name, environment and tenant never change", () => {
    const it = ready();
    const before = { ...secretOf(it) };
    it.world.act(
      "edit-secret",
      policyBody(it.world, it.secret, { rotationPeriodDays: 7 }),
      it.cast.olivia,
      owner,
    );
    it.world.act("put-value", putBody(it.world, it.secret), it.cast.olivia, owner);
    const { name, environment, tenant } = secretOf(it);
    expect({ name, environment, tenant }).toEqual({
      name: before.name,
      environment: before.environment,
      tenant: before.tenant,
    });
    expect(secretOf(it).policy.rotationPeriodDays).toBe(7);
  });
});

describe("the workloads of a secret that is re-classified", () => {
  /** One bound end-to-end and one that the gateway vouches for; what becomes of them? */
  function reclassified(before: SecretPolicy, after: Partial<SecretPolicy>) {
    const it = ready(before);
    const { world, cast, secret } = it;
    const bind = (proof: "end-to-end" | "gateway-vouched") => {
      const bound = bindingOf(world, { proof });
      world.given({ type: "WorkloadBound", tenant: ACME, secret, ...bound });
      return bound.binding;
    };
    const bound = [bind("end-to-end"), bind("gateway-vouched")];
    const body = policyBody(world, secret, after);
    const { digest } = world.act("reclassify-secret", body, cast.olivia, owner);
    for (const [by, role] of [
      [cast.cass, "ciso"],
      [cast.sam, "security-admin"],
      [cast.priya, "security-admin"],
      [cast.theo, "service-admin"],
    ] as const) {
      world.approve(digest, by, role);
    }
    expect(secretOf(it).policy).toMatchObject(after);
    const bindings = world.state.tenants.get(ACME)?.bindings;
    return bound.map((binding) => bindings?.get(binding)?.status);
  }

  it.each([
    ["low to high", POLICY.low, { tier: "high" }],
    ["low to medium", POLICY.low, { tier: "medium" }],
    ["high to critical", POLICY.high, { tier: "critical" }],
    ["low to personal data", POLICY.low, { dataClassification: "pii" }],
    ["medium to personal data", POLICY.medium, { dataClassification: "pii" }],
    ["low to a tier that nobody knows", POLICY.low, { tier: "lowest" }],
  ] as const)("JIT-2 CLASS-1 are bound no more, from %s", (_, before, after) => {
    expect(reclassified(before, after)).toEqual(["revoked", "revoked"]);
  });

  it.each([
    ["high to low", POLICY.high, { tier: "low" }],
    ["critical to high", POLICY.critical, { tier: "high" }],
    ["one owner to another", POLICY.low, { owner: "other-team" }],
  ] as const)("stay where as many sign as before, or fewer: from %s", (_, before, after) => {
    expect(reclassified(before, after)).toEqual(["active", "active"]);
  });

  it("SEG-1 JIT-2 stay end-to-end only where it becomes personal data with as many signatures", () => {
    const after = { dataClassification: "pii" };
    expect(reclassified(POLICY.critical, after)).toEqual(["active", "revoked"]);
  });

  it("leaves the workloads of other secrets alone", () => {
    const { world, cast, secret } = ready(POLICY.low);
    const other = world.secret("payments/prod/postgres/other", POLICY.low);
    const body = bindBody(world, other);
    world.act("bind-workload", body, cast.olivia, owner);
    const { digest } = world.act(
      "reclassify-secret",
      policyBody(world, secret, { tier: "medium" }),
      cast.olivia,
      owner,
    );
    expect(eventsOf(world.approve(digest, cast.theo, "service-admin"))).toEqual([
      "ProposalApproved",
      "ProposalAccepted",
      "PolicyChanged",
    ]);
    const bound = world.state.tenants.get(ACME)?.bindings.get(body.binding.binding);
    expect(bound?.status).toBe("active");
  });
});

describe("binding a workload", () => {
  const bind = (it: Ready, changes: Parameters<typeof bindingOf>[1]) =>
    codeOf(
      it.world.act("bind-workload", bindBody(it.world, it.secret, changes), it.cast.olivia, owner),
    );

  it("L31 ends within 90 days", () => {
    const it = ready();
    const ends = [0, 1, 90 * 86_400, 90 * 86_400 + 1].map((seconds) =>
      bind(it, { expiresAt: it.world.in(seconds) }),
    );
    expect(ends).toEqual(["malformed", "ok", "ok", "malformed"]);
  });

  it("is one of 200 of a secret at most, of which all end in one entry", () => {
    const it = ready(POLICY.low);
    const { world, secret, cast } = it;
    const given = Array.from({ length: 199 }, () => bindingOf(world));
    for (const binding of given)
      world.given({ type: "WorkloadBound", tenant: ACME, secret, ...binding });
    expect([bind(it, {}), bind(it, {})]).toEqual(["ok", "not-allowed"]);
    const [first] = given;
    const { binding } = first ?? expect.fail();
    world.given({ type: "BindingRevoked", tenant: ACME, binding });
    expect(bind(it, {})).toBe("ok");

    const body = policyBody(world, secret, { tier: "medium" });
    const { digest } = world.act("reclassify-secret", body, cast.olivia, owner);
    world.approve(digest, cast.theo, "service-admin");
    const last = world.entries.at(-1) ?? expect.fail();
    expect(last.events.filter((event) => event.type === "BindingRevoked")).toHaveLength(200);
    expect(encodeEntry(last).length).toBeLessThan(MAX_ENTRY_BYTES / 2);
  });

  it("SEG-1 JIT-2 personal data in production goes end-to-end only", () => {
    expect(bind(ready(), { proof: "gateway-vouched" })).toBe("not-allowed");
    expect(bind(ready(POLICY.high), { proof: "gateway-vouched" })).toBe("ok");
    expect(
      bind(ready({ ...PII_POLICY, dataClassification: null }), { proof: "gateway-vouched" }),
    ).toBe("not-allowed");
  });

  it("JIT-2 a version that held personal data goes end-to-end only, whatever it is called now", () => {
    const it = ready();
    secretOf(it).policy = POLICY.low;
    expect(secretOf(it).current?.personalData).toBe(true);
    expect(bind(it, { proof: "gateway-vouched" })).toBe("not-allowed");
  });
});
