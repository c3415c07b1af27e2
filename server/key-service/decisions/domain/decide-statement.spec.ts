import { personId } from "@countersign/protocol/ids";
import { tenantId } from "@countersign/protocol/names";
import type { StatementKind, StatementOf } from "@countersign/protocol/statement";
import { describe, expect, it } from "vitest";
import { link, proven, signInBody } from "../../sessions/testing/session-world.ts";
import {
  bindBody,
  deviceBody,
  keyBody,
  linkBody,
  policyBody,
  putBody,
  registerBody,
  revokeBody,
  roleBody,
} from "../testing/act-bodies.ts";
import { asked, ready } from "../testing/asked.ts";
import { assigned, codeOf, enrolCast, eventsOf } from "../testing/decision-cast.ts";
import { ACME, DecisionWorld, GLOBEX } from "../testing/decision-world.ts";
import { SIGNING_SECONDS } from "./decide-statement.ts";

type Signed = StatementOf<StatementKind>;
type Ready = ReturnType<typeof ready>;

/** One statement of every kind that would be accepted as it stands, in the order of the protocol. */
const SOUND: { readonly [K in StatementKind]: (it: Ready) => Signed } = {
  "enrol-key": ({ world, cast }) =>
    world.draft("enrol-key", keyBody(world, cast.eve), cast.eve, "member"),
  "enrol-device": ({ world, cast }) =>
    world.draft("enrol-device", deviceBody(world, cast.eve), cast.eve, "member"),
  "change-role": ({ world, cast }) =>
    world.draft("change-role", roleBody(cast.noor, [assigned("ciso")]), cast.omar, "officer"),
  "link-identity": ({ world, cast }) =>
    world.draft("link-identity", linkBody(world, cast.noor), cast.omar, "officer"),
  "sign-in": ({ world, cast }) => {
    const proof = proven(world, cast.eve, link(world, cast.eve));
    return world.draft("sign-in", signInBody(proof), cast.eve, "member");
  },
  "register-secret": ({ world, cast }) =>
    world.draft(
      "register-secret",
      registerBody(world, "payments/dev/api/new"),
      cast.olivia,
      "service-owner",
    ),
  "edit-secret": ({ world, cast, secret }) =>
    world.draft(
      "edit-secret",
      policyBody(world, secret, { rotationPeriodDays: 9 }),
      cast.olivia,
      "service-owner",
    ),
  "reclassify-secret": ({ world, cast, secret }) =>
    world.draft(
      "reclassify-secret",
      policyBody(world, secret, { tier: "low" }),
      cast.olivia,
      "service-owner",
    ),
  "put-value": ({ world, cast, secret }) =>
    world.draft("put-value", putBody(world, secret), cast.olivia, "service-owner"),
  request: ({ world, cast, secret, laptop }) =>
    world.draft(
      "request",
      world.requestBody(cast.olivia, laptop, [secret]),
      cast.olivia,
      "service-owner",
    ),
  approve: (it) => {
    const { world, cast, proposal } = asked(undefined, {}, it);
    return world.draft("approve", { proposal, reason: null }, cast.sam, "security-admin");
  },
  deny: (it) => {
    const { world, cast, proposal } = asked(undefined, {}, it);
    const reason = world.commit(cast.sam, "reason", "Not now");
    return world.draft("deny", { proposal, reason }, cast.sam, "security-admin");
  },
  withdraw: (it) => {
    const { world, cast, proposal } = asked(undefined, {}, it);
    return world.draft("withdraw", { proposal, reason: null }, cast.olivia, "member");
  },
  "bind-workload": ({ world, cast, secret }) =>
    world.draft("bind-workload", bindBody(world, secret), cast.olivia, "service-owner"),
  revoke: ({ world, cast, secret }) => {
    const subject = { type: "secret", secret: world.ref(secret) } as const;
    return world.draft("revoke", revokeBody(world, cast.sam, subject), cast.sam, "security-admin");
  },
};
const KINDS = Object.keys(SOUND) as StatementKind[]; // keys of a literal object

/** What every statement carries: each wrong in each way, and the refusal that names it. */
const WRONG: Record<string, readonly [(world: DecisionWorld, of: Signed) => object, string]> = {
  "the restore epoch is an older one": [() => ({ restoreEpoch: 1 }), "rules-changed"],
  "the floor is another": [(world) => ({ floor: world.ids.digest() }), "rules-changed"],
  "signBy has come": [(world) => ({ signBy: world.now }), "draft-expired"],
  "signBy is past": [(world) => ({ signBy: world.in(-1) }), "draft-expired"],
  "it was drafted more than a minute ahead": [
    (world) => ({ draftedAt: world.in(61), signBy: world.in(600) }),
    "facts-differ",
  ],
  "it lives longer than 15 minutes": [
    (world) => ({ draftedAt: world.in(-60), signBy: world.in(-60 + SIGNING_SECONDS + 1) }),
    "facts-differ",
  ],
  "it ends before it was drafted": [
    (world) => ({ draftedAt: world.in(30), signBy: world.in(30) }),
    "facts-differ",
  ],
  "its checkpoint is beyond the ledger": [
    (world, { checkpoint }) => ({ checkpoint: { ...checkpoint, size: world.state.size + 1 } }),
    "facts-differ",
  ],
  "its tenant is unknown": [() => ({ tenant: tenantId.parse("initech") }), "not-allowed"],
  "its tenant is another": [() => ({ tenant: GLOBEX }), "not-allowed"],
  "its signer is unknown": [
    (_, { signer }) => ({ signer: { ...signer, person: personId.parse(`p-${"0".repeat(26)}`) } }),
    "not-allowed",
  ],
  "its signer is named wrongly": [
    (world, { signer }) => ({ signer: { ...signer, name: world.ids.digest() } }),
    "facts-differ",
  ],
  "its role is one that the signer does not hold": [
    (_, { signer }) => ({ signer: { ...signer, role: "tenant-admin" } }),
    "not-allowed",
  ],
};

describe.each(KINDS)("a statement of kind %s", (kind) => {
  it("is accepted as the key service drafts it, and uses up its nonce", () => {
    const it = ready();
    const statement = SOUND[kind](it);
    const decision = it.world.would(statement);
    expect(codeOf(decision)).toBe("ok");
    const { nonce, signBy } = statement;
    expect(decision.events[0]).toEqual({ type: "NonceConsumed", nonce, signBy });
    expect(decision.events.at(-1)?.type).toBe("KeyCounted");
  });

  it.each(Object.entries(WRONG))(
    "L4 L26 is refused when %s, and leaves nothing",
    (_, [change, code]) => {
      const it = ready();
      const statement = SOUND[kind](it);
      const { credential } = it.world.keysOf(personOf(it, statement))[0] ?? expect.fail();
      const wrong = { ...statement, ...change(it.world, statement) } as Signed; // one common field differs
      const decision = it.world.would(wrong, { with: credential });
      expect(codeOf(decision)).toBe(code);
      expect(decision.events).toEqual([]);
    },
  );

  it("L4 is taken once", () => {
    const it = ready();
    const statement = SOUND[kind](it);
    expect(codeOf(it.world.submit(statement))).toBe("ok");
    expect(codeOf(it.world.submit(statement))).toBe("nonce-used");
  });

  it("L4 is refused with the nonce of any other statement", () => {
    const it = ready();
    const first = it.world.draft(
      "enrol-device",
      deviceBody(it.world, it.cast.boris),
      it.cast.boris,
      "member",
    );
    it.world.submit(first);
    const statement = { ...SOUND[kind](it), nonce: first.nonce };
    expect(codeOf(it.world.would(statement))).toBe("nonce-used");
  });

  it("ID-2 is refused when the signer has left", () => {
    const it = ready();
    const statement = SOUND[kind](it);
    it.world.given({ type: "PersonRevoked", tenant: ACME, person: statement.signer.person });
    expect(codeOf(it.world.would(statement))).toBe("not-allowed");
  });

  it("is refused under a key of somebody else, of either tenant, and under no key", () => {
    const it = ready();
    const statement = SOUND[kind](it);
    for (const other of [it.cast.priya, it.cast.ingrid]) {
      const { credential } = it.world.keysOf(other)[0] ?? expect.fail();
      expect(codeOf(it.world.would(statement, { with: credential }))).toBe("assertion-rejected");
    }
    const none = it.world.would(statement, { with: it.world.ids.credential() });
    expect(codeOf(none)).toBe("assertion-rejected");
  });
});

function personOf({ world }: Ready, { signer, tenant }: Signed) {
  return world.state.tenants.get(tenant)?.people.get(signer.person) ?? expect.fail();
}

describe("times at their edges", () => {
  const at = (changes: (world: DecisionWorld) => Partial<Signed>) => {
    const it = ready();
    const statement = SOUND["enrol-device"](it);
    return codeOf(it.world.would({ ...statement, ...changes(it.world) } as Signed)); // times only
  };

  it("takes a signature until the second before signBy", () => {
    expect(at((world) => ({ signBy: world.in(1) }))).toBe("ok");
  });

  it("takes 15 minutes of life, and a draft of a clock that is a minute ahead", () => {
    expect(at((world) => ({ draftedAt: world.now, signBy: world.in(SIGNING_SECONDS) }))).toBe("ok");
    expect(at((world) => ({ draftedAt: world.in(60), signBy: world.in(600) }))).toBe("ok");
  });

  it("takes the checkpoint that is the whole ledger", () => {
    expect(
      at((world) => ({ checkpoint: { size: world.state.size, root: world.ids.digest() } })),
    ).toBe("ok");
  });

  it("takes an older roster: a new hire voids nothing", () => {
    expect(at(() => ({ rosterEpoch: 0 }))).toBe("ok");
  });

  it("decides nothing before genesis", () => {
    const it = ready();
    const statement = SOUND["enrol-device"](it);
    it.world.state.genesis = null;
    expect(codeOf(it.world.would(statement))).toBe("rules-changed");
  });
});

describe("the signer's key", () => {
  const device = (it: Ready) => SOUND["enrol-device"](it);
  const keyOf = (it: Ready) => it.world.keysOf(it.cast.eve)[0] ?? expect.fail();

  it("L4 locks on a counter that stands still or goes back, and says so in history", () => {
    for (const signCount of [5, 4, 0]) {
      const it = ready();
      const { credential } = keyOf(it);
      it.world.given({ type: "KeyCounted", credential, signCount: 5 });
      const decision = it.world.would(device(it), { signCount });
      expect(codeOf(decision)).toBe("key-locked");
      expect(decision.events).toEqual([{ type: "KeyLocked", tenant: ACME, credential }]);
    }
  });

  it("stays locked, whatever it counts then", () => {
    const it = ready();
    const { credential } = keyOf(it);
    it.world.given({ type: "KeyLocked", tenant: ACME, credential });
    const decision = it.world.would(device(it), { signCount: 1000 });
    expect(codeOf(decision)).toBe("key-locked");
    expect(decision.events).toEqual([]);
  });

  it("takes a key that keeps no counter, and one that starts to", () => {
    const it = ready();
    expect(codeOf(it.world.would(device(it), { signCount: 0 }))).toBe("ok");
    expect(codeOf(it.world.would(device(it), { signCount: 1 }))).toBe("ok");
  });

  it("judges the counter once a touch: the other statements of a list share it", () => {
    const it = ready();
    const { credential } = keyOf(it);
    it.world.given({ type: "KeyCounted", credential, signCount: 5 });
    const decision = it.world.would(device(it), { signCount: 5, counted: true });
    expect(codeOf(decision)).toBe("ok");
    expect(decision.events.map((event) => event.type)).not.toContain("KeyCounted");
    it.world.given({ type: "KeyLocked", tenant: ACME, credential });
    expect(codeOf(it.world.would(device(it), { signCount: 5, counted: true }))).toBe("key-locked");
  });

  it("is refused once revoked, while the person's other key still signs", () => {
    const it = ready();
    const { credential } = keyOf(it);
    const second = it.world.enrolKey(it.cast.eve).credential;
    it.world.given({ type: "KeyRevoked", tenant: ACME, credential });
    expect(codeOf(it.world.would(device(it), { with: credential }))).toBe("key-revoked");
    expect(codeOf(it.world.would(device(it), { with: second }))).toBe("ok");
  });

  it("must not be copyable where the signer approves, in production; development records it only", () => {
    for (const [mode, expected] of [
      ["production", "key-revoked"],
      ["development", "ok"],
    ] as const) {
      const world = new DecisionWorld(1, mode);
      const cast = enrolCast(world);
      world.enrolKey(cast.sam, [], true);
      const statement = world.draft(
        "enrol-device",
        deviceBody(world, cast.sam),
        cast.sam,
        "member",
      );
      expect(codeOf(world.would(statement))).toBe(expected);
    }
  });

  it("is not enrolled in production when it can be copied, whoever asks", () => {
    const world = new DecisionWorld(1, "production");
    const cast = enrolCast(world);
    for (const person of [cast.eve, cast.sam]) {
      const body = keyBody(world, person, { backupEligible: true });
      expect(codeOf(world.act("enrol-key", body, person, "member"))).toBe("not-allowed");
    }
    const sound = world.act("enrol-key", keyBody(world, cast.eve), cast.eve, "member");
    expect(eventsOf(sound)).toContain("KeyEnrolled");
  });

  it("L19 loses an approver's right as soon as the role is lost", () => {
    const it = ready();
    const statement = SOUND["change-role"](it);
    it.cast.omar.roles = [assigned("auditor")];
    expect(codeOf(it.world.would(statement))).toBe("not-allowed");
  });
});
