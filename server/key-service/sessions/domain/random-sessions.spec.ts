import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyEntry, decodeEntry, encodeEntry } from "../../decisions/domain/entry.ts";
import { emptyState } from "../../decisions/domain/state.ts";
import { personRefOf, revokeBody } from "../../decisions/testing/act-bodies.ts";
import {
  CAST_NAMES,
  enrolCast,
  type Member,
  roleOf,
} from "../../decisions/testing/decision-cast.ts";
import { DecisionWorld } from "../../decisions/testing/decision-world.ts";
import {
  link,
  nameIdentityProvider,
  proven,
  signInBody,
  someAccount,
} from "../testing/session-world.ts";
import { decideEndSessions } from "./decide-end-sessions.ts";
import { openSessionsOf } from "./open-sessions.ts";
import { MAX_ACCOUNTS, MAX_SESSION_SECONDS, MAX_SESSIONS } from "./session.ts";

type Turn = { readonly what: keyof typeof TURNS; readonly who: number; readonly how: number };
const pick = <T>(from: readonly T[], at: number): T | undefined => from[at % from.length];

/** People who link, sign in, sign out, lose keys, accounts and roles, in whatever order. */
class Life {
  readonly world = new DecisionWorld();
  readonly cast = enrolCast(this.world);
  constructor() {
    nameIdentityProvider(this.world);
    for (const name of CAST_NAMES) link(this.world, this.cast[name]);
  }
  member(at: number) {
    return this.cast[pick<Member>(CAST_NAMES, at) ?? "eve"];
  }
}

const TURNS = {
  link: (life: Life, { who, how }: Turn) => {
    const { world, cast } = life;
    const target = life.member(who);
    const body = { person: personRefOf(target), account: someAccount(world, target) };
    const by = how % 3 === 0 ? cast.sam : cast.omar;
    const made = world.act("link-identity", body, by, roleOf(by));
    if (made.ok && how % 2 === 0) world.approve(made.digest, cast.olga, "officer");
  },
  "sign in": (life: Life, { who, how }: Turn) => {
    const { world } = life;
    const person = life.member(who);
    const signer = how % 5 === 0 ? life.member(how) : person;
    const room = world.state.tenants.get(person.tenant);
    const own = [...(room?.identities.values() ?? [])].filter((it) => it.person === person.person);
    const identity = pick(own, how);
    if (identity === undefined) return;
    const authenticatedAt = world.in(-how * 60);
    const proof = proven(world, person, identity.account, { authenticatedAt });
    const expiresAt = world.in(60 + how * 1800);
    world.act("sign-in", signInBody(proof, how % 4 === 0 ? { expiresAt } : {}), signer, "member");
  },
  "sign out": (life: Life, { who, how }: Turn) => {
    const { world } = life;
    const { tenant, person } = life.member(who);
    const sessions = [...(world.state.tenants.get(tenant)?.sessions.keys() ?? [])];
    const session = how % 2 === 0 ? "all" : (pick(sessions, how) ?? "all");
    const events = decideEndSessions(world.state, { tenant, person, session });
    if (events.length > 0) world.given(...events);
  },
  revoke: (life: Life, { who, how }: Turn) => {
    const { world, cast } = life;
    const target = life.member(who);
    const credential = world.keysOf(target)[0]?.credential ?? world.ids.credential();
    const room = world.state.tenants.get(target.tenant);
    const identity = [...(room?.identities.values() ?? [])].find(
      (it) => it.person === target.person,
    );
    const person = personRefOf(target);
    const subject =
      how % 5 === 0
        ? ({ type: "person", person } as const)
        : how % 2 === 0 && identity !== undefined
          ? ({ type: "identity", person, account: identity.account } as const)
          : ({ type: "key", person, credential } as const);
    const by = how % 3 === 0 ? target : cast.omar;
    world.act("revoke", revokeBody(world, by, subject), by, roleOf(by));
    if (how % 4 > 0 && subject.type === "key") world.enrolKey(target);
  },
  wait: ({ world }: Life, { how }: Turn) => {
    world.pass(how * 300);
    world.expire();
  },
} satisfies Record<string, (life: Life, turn: Turn) => void>;

const someTurn: fc.Arbitrary<Turn> = fc.record({
  what: fc.oneof(
    { weight: 10, arbitrary: fc.constant("sign in" as const) },
    { weight: 2, arbitrary: fc.constantFrom("link" as const, "wait" as const, "revoke" as const) },
    { weight: 1, arbitrary: fc.constant("sign out" as const) },
  ),
  who: fc.nat(30),
  how: fc.nat(40),
});

function holds({ world, cast }: Life): void {
  const { state, now } = world;
  for (const [tenant, room] of state.tenants) {
    for (const person of room.people.values()) {
      const open = openSessionsOf(room, person.person, now);
      expect(open.length).toBeLessThanOrEqual(MAX_SESSIONS);
      const accounts = [...room.identities.values()].filter((it) => it.person === person.person);
      expect(accounts.length).toBeLessThanOrEqual(MAX_ACCOUNTS);
      if (open.length > 0) expect(person.status).toBe("active");
    }
    for (const session of room.sessions.values()) {
      const length = Date.parse(session.expiresAt) - Date.parse(session.authenticatedAt);
      expect(length).toBeLessThanOrEqual(MAX_SESSION_SECONDS * 1000);
      expect(state.sessionTenants.get(session.session)).toBe(tenant);
      expect(state.openSessions.has(session.session)).toBe(session.status === "open");
      if (session.status !== "open") continue;
      expect(state.keys.get(session.credential)).toMatchObject({
        status: "active",
        person: session.person,
        tenant,
      });
      expect(room.identities.get(session.account)?.person).toBe(session.person);
    }
    for (const [account, it] of room.identities) {
      expect(state.accountTenants.get(account)).toBe(tenant);
      expect(it.tenant).toBe(tenant);
    }
  }
  const linked = [...state.tenants.values()].map((room) => room.identities.size);
  expect(state.accountTenants.size).toBe(linked.reduce((a, b) => a + b, 0));
  expect(Object.keys(cast)).toHaveLength(CAST_NAMES.length);
}

describe("whatever people do with accounts and sessions", () => {
  it("ID-1 L19 L31 every open session has an active person, an active key of theirs and a linked account", () => {
    const seen = { open: 0, ended: 0 };
    fc.assert(
      fc.property(fc.array(someTurn, { minLength: 30, maxLength: 60 }), (turns) => {
        const life = new Life();
        for (const turn of turns) {
          TURNS[turn.what](life, turn);
          holds(life);
        }
        for (const { sessions } of life.world.state.tenants.values())
          for (const { status } of sessions.values()) seen[status] += 1;
      }),
      { seed: 20261123, numRuns: 60 },
    );
    expect(seen.open).toBeGreaterThan(100);
    expect(seen.ended).toBeGreaterThan(100);
  }, 60_000);

  it("AUD-2 their entries fold to the same state again, as bytes of the ledger", () => {
    fc.assert(
      fc.property(fc.array(someTurn, { minLength: 30, maxLength: 60 }), (turns) => {
        const life = new Life();
        const again = life.world.copyState();
        const count = life.world.entries.length;
        for (const turn of turns) TURNS[turn.what](life, turn);
        for (const entry of life.world.entries.slice(count))
          applyEntry(again, decodeEntry(encodeEntry(entry)));
        expect(again).toEqual(life.world.state);
      }),
      { seed: 20261124, numRuns: 15 },
    );
  }, 60_000);
});

describe("a ledger from before there was single sign-on", () => {
  it("AUD-2 folds as it did: no provider, no account, no session, and nobody needs to sign in", () => {
    const world = new DecisionWorld();
    const [genesis] = world.entries;
    const bytes = encodeEntry(genesis ?? expect.fail());
    for (const word of ["identity", "console.example", "session"])
      expect(bytes.toString().replace("consoleCredential", "")).not.toContain(word);
    const state = emptyState();
    applyEntry(state, decodeEntry(bytes));
    expect(state.accountTenants.size + state.openSessions.size + state.proofs.size).toBe(0);
    expect(state.genesis?.identityProviders).toBeUndefined();
  });
});
