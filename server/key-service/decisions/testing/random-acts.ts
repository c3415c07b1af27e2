import type { Digest, RequestId, SecretId } from "@countersign/protocol/ids";
import type { Role } from "@countersign/protocol/roles";
import fc from "fast-check";
import type { Person } from "../../roster/domain/roster.ts";
import { tenantOf } from "../domain/evolve.ts";
import {
  bindBody,
  deviceBody,
  keyBody,
  personRefOf,
  policyBody,
  putBody,
  registerBody,
  revokeBody,
  roleBody,
} from "./act-bodies.ts";
import { assigned, CAST_NAMES, type Cast, enrolCast, type Member } from "./decision-cast.ts";
import { ACME, DecisionWorld, PII_POLICY } from "./decision-world.ts";

/** What somebody tries; numbers choose among whatever there is at that moment. */
export type Intent = {
  readonly what: keyof typeof INTENTS;
  readonly who: number;
  readonly which: number;
  readonly how: number;
};

/** A world in which random people try random acts. Whether they may is what is tested. */
export class RandomWorld {
  readonly world = new DecisionWorld();
  readonly cast: Cast = enrolCast(this.world);

  constructor() {
    for (const name of ["olivia", "boris", "theo", "ingrid"] as const)
      this.world.device(this.cast[name]);
    this.world.secret("payments/prod/postgres/app", PII_POLICY);
    this.world.secret("payments/prod/postgres/low", {
      ...PII_POLICY,
      tier: "low",
      dataClassification: "internal",
    });
    this.world.secret("payments/dev/postgres/app", { ...PII_POLICY, tier: "medium" });
  }

  get room() {
    return tenantOf(this.world.state, ACME);
  }

  try({ what, who, which, how }: Intent): void {
    const likely = LIKELY[what];
    const name = likely !== undefined && who % 4 > 0 ? pick(likely, who) : pick(CAST_NAMES, who);
    const person = this.cast[name];
    INTENTS[what](this, { person, role: signingRole(person, how), which, how });
  }
}

const SERVICE = ["olivia", "theo", "olivia"] as const;
const APPROVERS = ["sam", "priya", "cass", "theo", "omar", "olga"] as const;

/** Who mostly tries what, so that stories come about; one time in four it is anybody. */
const LIKELY: Partial<Record<Intent["what"], readonly Member[]>> = {
  request: SERVICE,
  register: SERVICE,
  put: SERVICE,
  change: SERVICE,
  bind: SERVICE,
  approve: APPROVERS,
  deny: APPROVERS,
  "give a role": ["omar", "olga", "otto"],
  revoke: ["sam", "omar", "olivia"],
};

type Turn = {
  readonly person: Person;
  readonly role: Role | "member";
  readonly which: number;
  readonly how: number;
};

const POLICIES = [
  { tier: "low" },
  { tier: "medium" },
  { tier: "critical" },
  { dataClassification: "internal" },
  { dataClassification: "pii" },
  { rotationPeriodDays: 14 },
];
const NAMES = ["payments/dev/api/one", "payments/dev/api/two", "billing/prod/api/one"];
const GIVEN: readonly Role[] = ["security-admin", "ciso", "officer", "auditor", "service-admin"];

const INTENTS = {
  request: ({ world, room }: RandomWorld, { person, role, which, how }: Turn) => {
    const device = [...room.devices.values()].filter((it) => it.person === person.person).at(-1);
    const secrets = some(room.secrets.keys(), which);
    if (device === undefined || secrets.length === 0) return;
    const window = { expiresAt: world.in(600 + how * 60), maxUses: 1 + (how % 3) };
    world.act("request", world.requestBody(person, device.device, secrets, window), person, role);
  },
  approve: ({ world, room }: RandomWorld, { person, role, which, how }: Turn) => {
    const waiting = [...room.proposals.values()].filter((it) => it.status === "pending");
    const all = how % 5 === 0 || waiting.length === 0 ? [...room.proposals.values()] : waiting;
    const found = anyOf(all, which);
    if (found !== undefined) world.approve(found.proposal, person, role);
  },
  deny: ({ world, room }: RandomWorld, { person, role, which }: Turn) => {
    const proposal = anyOf<Digest>(room.proposals.keys(), which);
    const reason = world.commit(person, "reason", "No");
    if (proposal !== undefined) world.act("deny", { proposal, reason }, person, role);
  },
  withdraw: ({ world, room }: RandomWorld, { person, role, which }: Turn) => {
    const proposal = anyOf<Digest>(room.proposals.keys(), which);
    if (proposal !== undefined) world.act("withdraw", { proposal, reason: null }, person, role);
  },
  open: ({ world, room }: RandomWorld, { person, which, how }: Turn) => {
    const grant = room.grants.get(
      anyOf<RequestId>(room.grants.keys(), which) ?? world.ids.request(),
    );
    if (grant === undefined) return;
    const other = [...room.devices.values()].filter((it) => it.person === person.person).at(-1);
    const secret = grant.secrets[how % grant.secrets.length]?.secret ?? world.ids.secret();
    const taken = grant.secrets.flatMap((it) => it.uses).at(-1);
    const recipientKey =
      how % 3 === 0 && taken !== undefined ? taken.recipientKey : world.ids.digest();
    const device = how % 7 === 0 ? (other?.device ?? grant.device) : grant.device;
    world.open({
      tenant: ACME,
      device,
      request: grant.request,
      secret,
      use: (how % 4) + 1,
      recipientKey,
    });
  },
  register: ({ world }: RandomWorld, { person, role, which }: Turn) => {
    const body = registerBody(world, pick(NAMES, which), {}, person.tenant);
    world.act("register-secret", body, person, role);
  },
  put: ({ world, room }: RandomWorld, { person, role, which }: Turn) => {
    const secret = anyOf<SecretId>(room.secrets.keys(), which);
    if (secret !== undefined) world.act("put-value", putBody(world, secret), person, role);
  },
  change: ({ world, room }: RandomWorld, { person, role, which, how }: Turn) => {
    const secret = anyOf<SecretId>(room.secrets.keys(), which);
    if (secret === undefined) return;
    const kind = how % 2 === 0 ? "edit-secret" : "reclassify-secret";
    world.act(kind, policyBody(world, secret, pick(POLICIES, how)), person, role);
  },
  bind: ({ world, room }: RandomWorld, { person, role, which }: Turn) => {
    const secret = anyOf<SecretId>(room.secrets.keys(), which);
    if (secret !== undefined) world.act("bind-workload", bindBody(world, secret), person, role);
  },
  "give a role": ({ world, cast }: RandomWorld, { person, role, which, how }: Turn) => {
    const target = cast[pick(CAST_NAMES, which)];
    const given = assigned(
      pick(GIVEN, how),
      pick(GIVEN, how) === "service-admin" ? "payments" : null,
    );
    const held = target.roles.some((it) => it.role === given.role);
    const after = held
      ? target.roles.filter((it) => it.role !== given.role)
      : [...target.roles, given];
    world.act("change-role", roleBody(target, after), person, role);
  },
  "enrol a key": ({ world }: RandomWorld, { person }: Turn) => {
    world.act("enrol-key", keyBody(world, person), person, "member");
  },
  "enrol a device": ({ world }: RandomWorld, { person }: Turn) => {
    world.act("enrol-device", deviceBody(world, person), person, "member");
  },
  revoke: ({ world, room, cast }: RandomWorld, { person, role, which, how }: Turn) => {
    const request = anyOf<RequestId>(room.grants.keys(), which);
    const grant = request === undefined ? undefined : room.grants.get(request);
    const target = cast[pick(CAST_NAMES, which)];
    const credential = world.keysOf(target).at(-1)?.credential ?? world.ids.credential();
    const subject =
      how % 4 === 0
        ? ({ type: "key", person: personRefOf(target), credential } as const)
        : how % 9 === 1
          ? ({ type: "person", person: personRefOf(target) } as const)
          : grant && ({ type: "grant", request: grant.request, proposal: grant.proposal } as const);
    if (subject !== undefined)
      world.act("revoke", revokeBody(world, person, subject), person, role);
  },
  wait: ({ world }: RandomWorld, { how }: Turn) => world.pass(how * how),
  expire: ({ world }: RandomWorld) => {
    world.expire();
  },
} satisfies Record<string, (world: RandomWorld, turn: Turn) => void>;

const number = fc.nat({ max: 60 });
const often = (what: Intent["what"], weight: number) => ({ weight, arbitrary: fc.constant(what) });

/** Requests and approvals are frequent, so that whole stories come about. */
export const someIntent: fc.Arbitrary<Intent> = fc.record({
  what: fc.oneof(
    often("request", 6),
    often("approve", 14),
    often("open", 8),
    often("change", 2),
    often("give a role", 2),
    often("enrol a key", 1),
    ...(["deny", "withdraw", "register", "put", "bind", "enrol a device"] as const).map((it) =>
      often(it, 1),
    ),
    ...(["revoke", "wait", "expire"] as const).map((it) => often(it, 1)),
  ),
  who: number,
  which: number,
  how: number,
});

function signingRole(person: Person, how: number): Role | "member" {
  return person.roles[how % Math.max(1, person.roles.length)]?.role ?? "member";
}

function pick<T>(from: readonly T[], at: number): T {
  const found = from[at % from.length];
  if (found === undefined) throw new RangeError("there is something to pick from");
  return found;
}

/** One of them, the newest more often than not. */
function anyOf<T>(of: Iterable<T>, at: number): T | undefined {
  const all = [...of];
  return all.length === 0 ? undefined : all[Math.max(0, all.length - 1 - (at % 5))];
}

function some<T>(of: Iterable<T>, which: number): T[] {
  return [...of].filter((_, at) => ((which >> (at % 5)) & 1) === 1).slice(0, 3);
}
