import type { DeviceId, Digest, RequestId, SecretId } from "@countersign/protocol/ids";
import type { StatementKind, StatementOf } from "@countersign/protocol/statement";
import { beforeAll, describe, expect, it } from "vitest";
import { decideOpen } from "../../grants/domain/decide-open.ts";
import type { Person } from "../../roster/domain/roster.ts";
import { decideCheck } from "../../secrets/domain/decide-check.ts";
import { link, proven, signInBody } from "../../sessions/testing/session-world.ts";
import {
  bindBody,
  bindingSubject,
  deviceBody,
  deviceSubject,
  keyBody,
  linkBody,
  personRefOf,
  policyBody,
  putBody,
  registerBody,
  revokeBody,
  roleBody,
} from "../testing/act-bodies.ts";
import { POLICY } from "../testing/asked.ts";
import {
  assigned,
  CAST_NAMES,
  type Cast,
  codeOf,
  enrolCast,
  eventsOf,
  type Member,
  roleOf,
} from "../testing/decision-cast.ts";
import { DecisionWorld } from "../testing/decision-world.ts";
import type { Decision } from "./decision.ts";
import { tenantOf } from "./evolve.ts";

/** One service of one tenant, with everything that somebody could lay hands on. */
type Target = {
  readonly owner: Person;
  /** A security admin of the tenant. */
  readonly guard: Person;
  readonly service: string;
  readonly secret: SecretId;
  readonly low: SecretId;
  readonly laptop: DeviceId;
  readonly binding: StatementOf<"bind-workload">["body"]["binding"]["binding"];
  /** A request for personal data, one for a critical secret, a change of roles and a new key, all waiting. */
  readonly waiting: Readonly<Record<"personalData" | "critical" | "roles" | "key", Digest>>;
  readonly running: { readonly request: RequestId; readonly proposal: Digest };
};

type Scene = {
  readonly world: DecisionWorld;
  readonly cast: Cast;
  readonly devices: ReadonlyMap<Person, DeviceId>;
  /** Of each person: what an ID token has proven, and waits for a signature. */
  readonly proofs: ReadonlyMap<Person, ReturnType<typeof proven>>;
  readonly targets: Readonly<Record<(typeof COLUMNS)[number], Target>>;
};

const COLUMNS = ["payments", "billing", "globex"] as const;

function scene(): Scene {
  const world = new DecisionWorld();
  const cast = enrolCast(world);
  const devices = new Map(Object.values(cast).map((person) => [person, world.device(person)]));
  const proofs = new Map(
    Object.values(cast).map((person) => [person, proven(world, person, link(world, person))]),
  );
  const target = (owner: Person, service: string, officer: Person, approver: Person): Target => {
    const { tenant } = owner;
    const secretOf = (
      name: string,
      policy: typeof POLICY.low | typeof POLICY.critical | typeof POLICY.pii,
    ) => world.secret(`${service}/prod/postgres/${name}`, { ...policy, service }, { tenant });
    const [secret, low, critical] = [
      secretOf("app", POLICY.pii),
      secretOf("low", POLICY.low),
      secretOf("critical", POLICY.critical),
    ];
    const laptop = devices.get(owner) ?? expect.fail();
    const request = (of: SecretId) => {
      const body = world.requestBody(owner, laptop, [of]);
      return {
        proposal: accepted(world.act("request", body, owner, "service-owner")),
        request: body.request,
      };
    };
    const bound = bindBody(world, low, {}, tenant);
    accepted(world.act("bind-workload", bound, owner, "service-owner"));
    const roles = world.act(
      "change-role",
      roleBody(approver, [assigned("ciso")]),
      officer,
      "officer",
    );
    const key = world.act("enrol-key", keyBody(world, approver), approver, "member");
    const waiting = {
      personalData: request(secret).proposal,
      critical: request(critical).proposal,
      roles: accepted(roles),
      key: accepted(key),
    };
    return {
      owner,
      guard: approver,
      service,
      secret,
      low,
      laptop,
      binding: bound.binding.binding,
      waiting,
      running: request(low),
    };
  };
  const targets = {
    payments: target(cast.olivia, "payments", cast.omar, cast.sam),
    billing: target(cast.boris, "billing", cast.olga, cast.priya),
    globex: target(cast.ingrid, "payments", cast.greta, cast.sven),
  };
  return { world, cast, devices, proofs, targets };
}

function accepted(decision: Decision & { readonly digest: Digest }): Digest {
  return decision.ok ? decision.digest : expect.fail(decision.refusal.message);
}

type Attempt = (scene: Scene, who: Person, target: Target) => Decision;

/** A statement that the person signs in their one role, naming what is the target's. */
const signing =
  <K extends StatementKind>(
    kind: K,
    body: (scene: Scene, target: Target, who: Person) => StatementOf<K>["body"],
  ): Attempt =>
  (scene, who, target) =>
    scene.world.would(scene.world.draft(kind, body(scene, target, who), who, roleOf(who)));

const approving = (what: keyof Target["waiting"]) =>
  signing("approve", (_, target) => ({ proposal: target.waiting[what], reason: null }));

const revoking = (
  subject: (scene: Scene, target: Target) => StatementOf<"revoke">["body"]["subject"],
) => signing("revoke", (it, target, who) => revokeBody(it.world, who, subject(it, target)));

/** Every act; a new kind of statement without a line here does not compile. */
const ACTS = {
  request: {
    request: signing("request", ({ world, devices }, { secret, owner }, who) => ({
      ...world.requestBody(who, devices.get(who) ?? expect.fail(), []),
      secrets: [world.ref(secret, owner.tenant)],
    })),
    "request on the owner's device": signing("request", ({ world }, target, who) => {
      const own = world.requestBody(target.owner, target.laptop, [target.low]);
      return { ...own, justification: world.commit(who, "justification", "Mine") };
    }),
  },
  "register-secret": {
    "register a secret": signing("register-secret", ({ world }, { service }, who) =>
      registerBody(world, `${service}/prod/postgres/new`, {}, who.tenant),
    ),
  },
  "put-value": {
    "put a value": signing("put-value", ({ world }, { secret, owner }) =>
      putBody(world, secret, owner.tenant),
    ),
  },
  "edit-secret": {
    "edit a secret": signing("edit-secret", ({ world }, { secret, owner }) =>
      policyBody(world, secret, { rotationPeriodDays: 7 }, owner.tenant),
    ),
  },
  "reclassify-secret": {
    "re-classify a secret": signing("reclassify-secret", ({ world }, { secret, owner }) =>
      policyBody(world, secret, { tier: "low" }, owner.tenant),
    ),
  },
  "bind-workload": {
    "bind a workload": signing("bind-workload", ({ world }, { secret, owner }) =>
      bindBody(world, secret, {}, owner.tenant),
    ),
  },
  approve: {
    "approve a request for personal data": approving("personalData"),
    "approve a request for a critical secret": approving("critical"),
    "approve a change of roles": approving("roles"),
    "approve an approver's new key": approving("key"),
  },
  deny: {
    "deny a request": signing("deny", ({ world }, { waiting }, who) => ({
      proposal: waiting.personalData,
      reason: world.commit(who, "reason", "No"),
    })),
  },
  withdraw: {
    "withdraw a request": signing("withdraw", (_, { waiting }) => ({
      proposal: waiting.personalData,
      reason: null,
    })),
  },
  "change-role": {
    "give a role": signing("change-role", (_, { owner }) => roleBody(owner, [assigned("auditor")])),
    "give oneself a role": signing("change-role", (_, __, who) =>
      roleBody(who, [...who.roles, assigned("on-call")]),
    ),
  },
  "enrol-key": {
    "enrol a key for the owner": signing("enrol-key", ({ world }, { owner }) =>
      keyBody(world, owner),
    ),
    "enrol a key for oneself": signing("enrol-key", ({ world }, _, who) => keyBody(world, who)),
  },
  "enrol-device": {
    "enrol a device for oneself": signing("enrol-device", ({ world }, _, who) =>
      deviceBody(world, who),
    ),
  },
  "link-identity": {
    "link an account to the owner": signing("link-identity", ({ world }, { owner }) =>
      linkBody(world, owner),
    ),
    "link an account to oneself": signing("link-identity", ({ world }, _, who) =>
      linkBody(world, who),
    ),
  },
  "sign-in": {
    "sign in as oneself": signing("sign-in", ({ proofs }, _, who) =>
      signInBody(proofs.get(who) ?? expect.fail()),
    ),
    "sign in with the owner's account": signing("sign-in", ({ proofs }, { owner }) =>
      signInBody(proofs.get(owner) ?? expect.fail()),
    ),
  },
  revoke: {
    "revoke a grant": revoking((_, { running }) => ({ type: "grant", ...running })),
    "revoke a device": revoking(({ world }, { laptop, owner }) =>
      deviceSubject(world, laptop, owner.tenant),
    ),
    "revoke a key": revoking(({ world }, { owner }) => {
      const credential = world.keysOf(owner)[0]?.credential ?? expect.fail();
      return { type: "key", person: personRefOf(owner), credential };
    }),
    "revoke a binding": revoking(({ world }, { binding, owner }) =>
      bindingSubject(world, binding, owner.tenant),
    ),
    "revoke a secret": revoking(({ world }, { secret, owner }) => ({
      type: "secret",
      secret: world.ref(secret, owner.tenant),
    })),
    "revoke an account": revoking(({ proofs }, { owner }) => {
      const { account } = proofs.get(owner) ?? expect.fail();
      return { type: "identity", person: personRefOf(owner), account };
    }),
    "revoke a person": revoking((_, { owner }) => ({ type: "person", person: personRefOf(owner) })),
    "revoke a security admin": revoking((_, { guard }) => ({
      type: "person",
      person: personRefOf(guard),
    })),
  },
} as const satisfies Record<StatementKind, Record<string, Attempt>>;

/** What a device asks for, with no signature of a person. */
const DEVICE_ACTS: Record<string, Attempt> = {
  "open what was granted": ({ world, devices }, who, { running, low }) => {
    const device = devices.get(who) ?? expect.fail();
    const recipientKey = world.ids.digest();
    const call = {
      tenant: who.tenant,
      device,
      request: running.request,
      secret: low,
      use: 1,
      recipientKey,
    };
    return decideOpen(world.state, call, world.now);
  },
  "check a candidate": ({ world, devices }, who, { secret }) => {
    const device = devices.get(who) ?? expect.fail();
    return decideCheck(world.state, {
      tenant: who.tenant,
      device,
      secret,
      version: 1,
      equal: true,
    });
  },
};

const ALL_ACTS: Record<string, Attempt> = Object.assign({}, ...Object.values(ACTS), DEVICE_ACTS);

/** `ok` where it takes effect at once, `asks` where other people must sign first, else why not. */
function cellOf(decision: Decision): string {
  const types = eventsOf(decision);
  const waits = types.includes("ProposalMade") && !types.includes("ProposalAccepted");
  return decision.ok && waits ? "asks" : codeOf(decision);
}

function describeMember(name: Member, cast: Cast): string {
  const { tenant, roles } = cast[name];
  const held = roles.map((it) => (it.service === null ? it.role : `${it.role} of ${it.service}`));
  return `${name} (${tenant}, ${held.join() || "no role"})`;
}

const isAllowed = (cell: string | undefined) => cell === "ok" || cell === "asks";

describe("who may do what", () => {
  let grid: Record<string, Record<string, readonly string[]>>;
  let at: Scene;

  beforeAll(() => {
    at = scene();
    const before = JSON.stringify([...tenantOf(at.world.state, at.cast.olivia.tenant).grants]);
    const row = (who: Person, attempt: Attempt) =>
      COLUMNS.map((column) => cellOf(attempt(at, who, at.targets[column])));
    grid = Object.fromEntries(
      CAST_NAMES.map((name) => {
        const acts = Object.entries(ALL_ACTS).map(([act, attempt]) => [
          act,
          row(at.cast[name], attempt),
        ]);
        return [describeMember(name, at.cast), Object.fromEntries(acts)];
      }),
    );
    expect(JSON.stringify([...tenantOf(at.world.state, at.cast.olivia.tenant).grants])).toBe(
      before,
    );
  });

  it("ID-2 SEG-1 SEG-3 L11 is what the golden grid says, cell by cell", async () => {
    const rights = Object.entries(grid).map(([who, acts]) => {
      const lines = Object.entries(acts).map(([act, cells]) => [act, cells.join(" | ")]);
      return [who, Object.fromEntries(lines)];
    });
    const golden = {
      columns: "payments of acme | billing of acme | payments of globex",
      cells: "ok: takes effect at once; asks: other people must sign first; else the refusal",
      ...Object.fromEntries(rights),
    };
    await expect(`${JSON.stringify(golden, null, 2)}\n`).toMatchFileSnapshot(
      "./rights.golden.json",
    );
  });

  /** Acts about oneself alone: the columns do not matter to them. */
  const OWN = [
    "give oneself a role",
    "enrol a key for oneself",
    "enrol a device for oneself",
    "link an account to oneself",
    "sign in as oneself",
    "register a secret",
  ];

  it("SEG-1 L11 nobody reaches into another tenant", () => {
    for (const name of CAST_NAMES) {
      const isAcme = at.cast[name].tenant === at.cast.olivia.tenant;
      for (const [act, cells] of Object.entries(
        grid[describeMember(name, at.cast)] ?? expect.fail(),
      )) {
        if (OWN.includes(act)) continue;
        const foreign = isAcme ? [cells[2]] : [cells[0], cells[1]];
        expect(foreign.filter(isAllowed), `${name}: ${act}`).toEqual([]);
      }
    }
  });

  it("ID-1 ID-2 who has no role adds keys and devices of their own, signs in, and nothing else", () => {
    const may = Object.entries(grid[describeMember("eve", at.cast)] ?? expect.fail());
    const allowed = may.filter(([, cells]) => cells.some(isAllowed)).map(([act]) => act);
    expect(allowed).toEqual([
      "enrol a key for oneself",
      "enrol a device for oneself",
      "sign in as oneself",
    ]);
  });

  it("ID-2 L18 L41 officers, auditors, approvers, tenant admins and people on call open nothing", () => {
    for (const name of ["omar", "audrey", "sam", "cass", "max", "noor", "eve"] as const) {
      const acts = grid[describeMember(name, at.cast)] ?? expect.fail();
      for (const act of [
        "request",
        "request on the owner's device",
        "open what was granted",
        "check a candidate",
      ]) {
        expect(acts[act]?.filter(isAllowed), `${name}: ${act}`).toEqual([]);
      }
    }
  });

  it("L18 nobody gives themselves a role, or an account", () => {
    for (const acts of Object.values(grid)) {
      expect(acts["give oneself a role"]?.filter(isAllowed)).toEqual([]);
      expect(acts["link an account to oneself"]?.filter(isAllowed)).toEqual([]);
    }
  });
});
