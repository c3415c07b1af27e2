import type { StatementOf } from "@countersign/protocol/statement";
import { describe, expect, it } from "vitest";
import { personRefOf, revokeBody, roleBody } from "../../decisions/testing/act-bodies.ts";
import { asked, ready } from "../../decisions/testing/asked.ts";
import { assigned, codeOf, eventsOf, outcomeOf } from "../../decisions/testing/decision-cast.ts";
import { cellsOf } from "../../decisions/testing/state-table.ts";
import {
  ISSUER,
  link,
  nameIdentityProvider,
  proven,
  sessionOf,
  signIn,
  signInBody,
  someAccount,
} from "../testing/session-world.ts";
import { decideEndSessions } from "./decide-end-sessions.ts";
import { decideProveIdentity } from "./decide-prove-identity.ts";

const HOUR = 3600;

/** A world with an identity provider, where Sam's account is linked, and his token was verified. */
function begun() {
  const it = asked(undefined, {}, signedInReady());
  const account = link(it.world, it.cast.sam);
  const proof = proven(it.world, it.cast.sam, account);
  return { ...it, account, proof, session: proof.session };
}
type Begun = ReturnType<typeof begun>;
type RevokedSubject = StatementOf<"revoke">["body"]["subject"];

/** Olivia is signed in, so that she can have asked for something. */
function signedInReady() {
  const it = ready();
  nameIdentityProvider(it.world);
  signIn(it.world, it.cast.olivia);
  return it;
}

const open = ({ world, cast, proof }: Begun) =>
  world.act("sign-in", signInBody(proof), cast.sam, "member");

describe("a session", () => {
  const INTO = {
    "never begun": () => begun(),
    proven: () => begun(),
    "proven an hour ago": () => {
      const it = begun();
      it.world.pass(HOUR + 1);
      proven(it.world, it.cast.eve, link(it.world, it.cast.eve)); // what is old is forgotten with the next
      return it;
    },
    open: () => {
      const it = begun();
      expect(codeOf(open(it))).toBe("ok");
      return it;
    },
    "run out": () => {
      const it = begun();
      open(it);
      it.world.pass(12 * HOUR);
      return it;
    },
    ended: () => {
      const it = begun();
      open(it);
      it.world.given(...signOut(it));
      return it;
    },
  } as const satisfies Record<string, () => Begun>;
  const signOut = ({ world, cast, session }: Begun) =>
    decideEndSessions(world.state, {
      tenant: cast.sam.tenant,
      person: cast.sam.person,
      session,
    });

  /** Sam is a security admin, whose place takes two. */
  const revoked = ({ world, cast }: Begun, subject: RevokedSubject) => {
    const body = revokeBody(world, cast.omar, subject);
    const made = world.act("revoke", body, cast.omar, "officer");
    signIn(world, cast.olga); // to approve takes a session
    return outcomeOf(world.approve(made.digest, cast.olga, "officer"));
  };

  type Command = (it: Begun, session: Begun["session"]) => string;
  const COMMANDS = {
    "prove it again": ({ world, account }, session) => {
      const token = world.ids.digest();
      const of = { session, issuer: ISSUER, account, authenticatedAt: world.now, token };
      return outcomeOf(decideProveIdentity(world.state, of, world.now));
    },
    "sign in": (it, session) => {
      const body = signInBody({ ...it.proof, session });
      return outcomeOf(it.world.act("sign-in", body, it.cast.sam, "member"));
    },
    "sign in as somebody else": (it, session) => {
      const body = signInBody({ ...it.proof, session });
      return outcomeOf(it.world.act("sign-in", body, it.cast.priya, "member"));
    },
    approve: ({ world, cast, proposal }) =>
      outcomeOf(world.approve(proposal, cast.sam, "security-admin")),
    "sign out": (it) =>
      signOut(it)
        .map((event) => event.because)
        .join() || "nothing",
    "run out": ({ world }) => {
      world.pass(12 * HOUR);
      const own = world.expire().filter((event) => event.type === "SessionEnded");
      return own.map((event) => event.because).join() || "nothing";
    },
    "lose the account": (it) => {
      const { cast, account } = it;
      return revoked(it, { type: "identity", person: personRefOf(cast.sam), account });
    },
    "lose the person": (it) => revoked(it, { type: "person", person: personRefOf(it.cast.sam) }),
    "lose the key": (it) => {
      const { credential } = it.world.keysOf(it.cast.sam)[0] ?? expect.fail();
      return revoked(it, { type: "key", person: personRefOf(it.cast.sam), credential });
    },
    "lose every role": ({ world, cast }) => {
      const made = world.act("change-role", roleBody(cast.sam, []), cast.omar, "officer");
      signIn(world, cast.olga);
      return outcomeOf(world.approve(made.digest, cast.olga, "officer"));
    },
    "lose one role of two": ({ world, cast }) => {
      cast.sam.roles = [...cast.sam.roles, assigned("auditor")];
      const after = roleBody(cast.sam, [assigned("security-admin")]);
      const made = world.act("change-role", after, cast.omar, "officer");
      signIn(world, cast.olga);
      return outcomeOf(world.approve(made.digest, cast.olga, "officer"));
    },
  } as const satisfies Record<string, Command>;

  const NOTHING_ENDS = {
    "lose the account": "ProposalApproved ProposalAccepted IdentityUnlinked",
    "lose the person": "ProposalApproved ProposalAccepted PersonRevoked",
    "lose the key": "ProposalApproved ProposalAccepted KeyRevoked",
    "lose every role": "ProposalApproved ProposalAccepted RolesChanged",
    "lose one role of two": "ProposalApproved ProposalAccepted RolesChanged",
  } as const;
  const SHUT = { approve: "sign-in-needed", "sign out": "nothing", ...NOTHING_ENDS } as const;
  const WAITING = { ...SHUT, "run out": "expired" } as const; // Olivia's
  const KNOWN = {
    "prove it again": "already-exists",
    "sign in": "already-exists",
    "sign in as somebody else": "already-exists",
  } as const;
  const TABLE = {
    "never begun": {
      ...WAITING,
      "prove it again": "IdentityProven",
      "sign in": "not-found",
      "sign in as somebody else": "not-found",
    },
    proven: {
      ...WAITING,
      "prove it again": "already-exists",
      "sign in": "SessionOpened",
      "sign in as somebody else": "not-found",
    },
    "proven an hour ago": {
      ...WAITING,
      "prove it again": "IdentityProven",
      "sign in": "not-found",
      "sign in as somebody else": "not-found",
    },
    open: {
      ...KNOWN,
      approve: "ProposalApproved",
      "sign out": "signed-out",
      "run out": "expired,expired",
      "lose the account": "ProposalApproved ProposalAccepted IdentityUnlinked SessionEnded",
      "lose the person": "ProposalApproved ProposalAccepted PersonRevoked SessionEnded",
      "lose the key": "ProposalApproved ProposalAccepted KeyRevoked SessionEnded",
      "lose every role": "ProposalApproved ProposalAccepted RolesChanged SessionEnded",
      "lose one role of two": "ProposalApproved ProposalAccepted RolesChanged",
    },
    // Until the sweep has come by, it stands as open, and opens nothing.
    "run out": {
      ...KNOWN,
      approve: "sign-in-needed",
      "sign out": "signed-out",
      "run out": "expired,expired",
      "lose the account": "ProposalApproved ProposalAccepted IdentityUnlinked SessionEnded",
      "lose the person": "ProposalApproved ProposalAccepted PersonRevoked SessionEnded",
      "lose the key": "ProposalApproved ProposalAccepted KeyRevoked SessionEnded",
      "lose every role": "ProposalApproved ProposalAccepted RolesChanged SessionEnded",
      "lose one role of two": "ProposalApproved ProposalAccepted RolesChanged",
    },
    ended: { ...KNOWN, ...WAITING },
  } as const satisfies Record<keyof typeof INTO, Record<keyof typeof COMMANDS, string>>;

  it.each(cellsOf(TABLE))(
    "ID-1 L19 L31 that is $state answers $command with $expected",
    ({ state, command, expected }) => {
      const it = INTO[state]();
      const session = state === "never begun" ? it.world.ids.digest() : it.session;
      expect(COMMANDS[command](it, session)).toBe(expected);
    },
  );

  it("ID-1 is open from the signature until its end, for that person and key", () => {
    const it = begun();
    open(it);
    const { credential } = it.world.keysOf(it.cast.sam)[0] ?? expect.fail();
    const session = sessionOf(it.world, it.cast.sam, it.session);
    expect(session).toMatchObject({ person: it.cast.sam.person, credential, status: "open" });
    expect(session.openedAt).toBe(it.world.now);
    it.world.given(...signOut(it));
    expect(sessionOf(it.world, it.cast.sam, it.session).status).toBe("ended");
    expect(it.world.state.openSessions.has(it.session)).toBe(false);
  });

  it("ID-1 ends 12 hours after the sign-in at the identity provider at the latest", () => {
    const it = ready();
    const account = link(it.world, it.cast.sam);
    const authenticatedAt = it.world.in(-11 * HOUR);
    const proof = proven(it.world, it.cast.sam, account, { authenticatedAt });
    const code = (changes: Parameters<typeof signInBody>[1]) =>
      codeOf(
        it.world.would(
          it.world.draft("sign-in", signInBody(proof, changes), it.cast.sam, "member"),
        ),
      );
    expect(code({ expiresAt: it.world.in(HOUR) })).toBe("ok");
    expect(code({ expiresAt: it.world.in(HOUR + 1) })).toBe("malformed");
    expect(code({ expiresAt: it.world.now })).toBe("draft-expired");
    expect(code({ expiresAt: it.world.in(1) })).toBe("ok");
  });

  it("L26 opens only as it was proven: no field of the statement may tell another story", () => {
    const it = begun();
    const other = link(it.world, it.cast.sam);
    const { issuer: _, ...rest } = signInBody(it.proof);
    for (const changes of [
      { account: other },
      { authenticatedAt: it.world.in(-1) },
      { issuer: `${ISSUER}/` as typeof ISSUER }, // another issuer, as a lying draft would have it
    ]) {
      const body = { ...rest, issuer: ISSUER, ...changes };
      const statement = it.world.draft("sign-in", body, it.cast.sam, "member");
      expect(codeOf(it.world.would(statement))).toBe("facts-differ");
    }
  });

  it("is not opened where the account was unlinked, or linked to somebody else, after it was proven", () => {
    const it = begun();
    const { tenant, person } = it.cast.sam;
    it.world.given({ type: "IdentityUnlinked", tenant, person, account: it.account });
    expect(codeOf(open(it))).toBe("not-linked");
    const { person: eve } = it.cast.eve;
    it.world.given({ type: "IdentityLinked", tenant, person: eve, account: it.account });
    expect(codeOf(open(it))).toBe("not-linked");
  });

  it("L31 gives way where its person opens an eleventh: the oldest goes", () => {
    const it = ready();
    const account = link(it.world, it.cast.sam);
    const all = Array.from({ length: 10 }, () => {
      it.world.pass(1);
      return signIn(it.world, it.cast.sam, account);
    });
    signIn(it.world, it.cast.priya);
    const proof = proven(it.world, it.cast.sam, account);
    const decision = it.world.act("sign-in", signInBody(proof), it.cast.sam, "member");
    expect(eventsOf(decision)).toEqual(["SessionEnded", "SessionOpened"]);
    expect(decision.events[1]).toMatchObject({ session: all[0], because: "replaced" });
    const sessions = [...(it.world.state.tenants.get(it.cast.sam.tenant)?.sessions.values() ?? [])];
    expect(sessions.filter((session) => session.status === "open")).toHaveLength(11);
  });

  it("L4 ends when its key is locked, even by a signature that is refused", () => {
    const it = begun();
    open(it);
    const { credential } = it.world.keysOf(it.cast.sam)[0] ?? expect.fail();
    const statement = it.world.draft(
      "approve",
      { proposal: it.proposal, reason: null },
      it.cast.sam,
      "security-admin",
    );
    const decision = it.world.would(statement, { with: credential, signCount: 0 });
    expect(decision.ok).toBe(false);
    expect(decision.events.map((event) => event.type)).toEqual(["KeyLocked", "SessionEnded"]);
  });

  it("SEG-1 L11 is not there for another tenant, nor for another person", () => {
    const it = begun();
    open(it);
    const ends = (of: { tenant: typeof it.cast.sam.tenant; person: typeof it.cast.sam.person }) =>
      decideEndSessions(it.world.state, { ...of, session: it.session });
    expect(ends({ tenant: it.cast.ingrid.tenant, person: it.cast.sam.person })).toEqual([]);
    expect(ends({ tenant: it.cast.sam.tenant, person: it.cast.eve.person })).toEqual([]);
    expect(ends(it.cast.sam)).toHaveLength(1);
  });

  it("ends everywhere at once, of one person only", () => {
    const it = ready();
    const account = link(it.world, it.cast.sam);
    const own = [0, 1, 2].map(() => signIn(it.world, it.cast.sam, account));
    signIn(it.world, it.cast.priya);
    const { tenant, person } = it.cast.sam;
    const events = decideEndSessions(it.world.state, { tenant, person, session: "all" });
    expect(events.map((event) => event.session)).toEqual(own);
  });
});

describe("an identity that is proven", () => {
  const proof = (it: ReturnType<typeof ready>, changes: object = {}) => {
    const of = {
      session: it.world.ids.digest(),
      issuer: ISSUER,
      account: link(it.world, it.cast.sam),
      authenticatedAt: it.world.now,
      token: it.world.ids.digest(),
      ...changes,
    };
    return decideProveIdentity(it.world.state, of, it.world.now);
  };

  it("ID-1 names the person to whom the account is linked, whatever tenant they are of", () => {
    const it = ready();
    for (const person of [it.cast.sam, it.cast.ingrid, it.cast.eve]) {
      const [event] = proof(it, { account: link(it.world, person) }).events;
      expect(event).toMatchObject({
        type: "IdentityProven",
        tenant: person.tenant,
        person: person.person,
      });
    }
  });

  it("ID-1 L19 is refused where nobody is linked, where it was unlinked, and where the person has left", () => {
    const it = ready();
    const { tenant, person } = it.cast.sam;
    expect(codeOf(proof(it, { account: someAccount(it.world, it.cast.sam) }))).toBe("not-linked");
    const account = link(it.world, it.cast.sam);
    expect(codeOf(proof(it, { account }))).toBe("ok");
    it.world.given({ type: "IdentityUnlinked", tenant, person, account });
    expect(codeOf(proof(it, { account }))).toBe("not-linked");
    it.world.given({ type: "PersonRevoked", tenant, person });
    expect(codeOf(proof(it))).toBe("not-linked");
  });

  it("L4 uses its token up, for a day, across tenants", () => {
    const it = ready();
    const { token } = proven(it.world, it.cast.ingrid, link(it.world, it.cast.ingrid));
    expect(codeOf(proof(it, { token }))).toBe("identity-rejected");
    it.world.pass(24 * HOUR);
    proven(it.world, it.cast.eve, link(it.world, it.cast.eve));
    expect(codeOf(proof(it, { token }))).toBe("identity-rejected");
    it.world.pass(1);
    proven(it.world, it.cast.eve, link(it.world, it.cast.eve));
    expect(it.world.state.usedTokens.has(token)).toBe(false);
  });

  it("is refused where the sign-in is 12 hours old by now", () => {
    const it = ready();
    expect(codeOf(proof(it, { authenticatedAt: it.world.in(-12 * HOUR + 1) }))).toBe("ok");
    expect(codeOf(proof(it, { authenticatedAt: it.world.in(-12 * HOUR) }))).toBe(
      "identity-rejected",
    );
  });
});

describe("what the fold remembers of sessions", () => {
  it("is forgotten a day after they were opened, once they have ended", () => {
    const it = ready();
    const account = link(it.world, it.cast.sam);
    const first = signIn(it.world, it.cast.sam, account);
    const { sessions } = it.world.state.tenants.get(it.cast.sam.tenant) ?? expect.fail();
    it.world.pass(24 * HOUR + 1);
    it.world.expire();
    expect(sessions.get(first)?.status).toBe("ended");
    const second = signIn(it.world, it.cast.sam, account);
    expect([...sessions.keys()]).toEqual([second]);
    expect(it.world.state.sessionTenants.has(first)).toBe(false);
    expect([...it.world.state.openSessions.keys()]).toEqual([second]);
    expect(it.world.state.proofs.size).toBe(0);
  });
});
