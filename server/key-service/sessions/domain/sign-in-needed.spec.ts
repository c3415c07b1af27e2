import type { StatementKind } from "@countersign/protocol/statement";
import { describe, expect, it } from "vitest";
import { STATEMENT_KINDS } from "../../../../packages/protocol/testing/arbitrary-statement.ts";
import { linkBody } from "../../decisions/testing/act-bodies.ts";
import { asked, granted, opening, ready } from "../../decisions/testing/asked.ts";
import { codeOf } from "../../decisions/testing/decision-cast.ts";
import {
  CONSOLE,
  link,
  nameIdentityProvider,
  proven,
  signIn,
  signInBody,
} from "../testing/session-world.ts";
import { decideEndSessions } from "./decide-end-sessions.ts";
import { whyNotSignedIn } from "./why-not-signed-in.ts";

const HOUR = 3600;

/** Asked while nobody needed to sign in; from then on they do. */
function askedBefore() {
  const it = asked();
  nameIdentityProvider(it.world);
  return it;
}

function request({ world, cast, laptop, secret }: ReturnType<typeof ready>) {
  const body = world.requestBody(cast.olivia, laptop, [secret]);
  return world.would(world.draft("request", body, cast.olivia, "service-owner"));
}

describe("where genesis names an identity provider", () => {
  it("ID-1 a request needs a session of its signer beside the hardware key", () => {
    const it = ready();
    nameIdentityProvider(it.world);
    const refused = request(it);
    expect(codeOf(refused)).toBe("sign-in-needed");
    expect(refused.ok ? "" : refused.refusal.message).toContain(CONSOLE);
    signIn(it.world, it.cast.olivia);
    expect(codeOf(request(it))).toBe("ok");
  });

  it("ID-1 an approval needs a session of its signer, and nobody else's will do", () => {
    const it = askedBefore();
    const approve = () => codeOf(it.world.approve(it.proposal, it.cast.sam, "security-admin"));
    expect(approve()).toBe("sign-in-needed");
    for (const other of [it.cast.olivia, it.cast.priya, it.cast.ingrid]) signIn(it.world, other);
    expect(approve()).toBe("sign-in-needed");
    signIn(it.world, it.cast.sam);
    expect(approve()).toBe("ok");
  });

  it("ID-1 L31 a session counts until 12 hours after the sign-in, to the second", () => {
    const it = askedBefore();
    const authenticatedAt = it.world.in(600 - 12 * HOUR);
    const account = link(it.world, it.cast.sam);
    const proof = proven(it.world, it.cast.sam, account, { authenticatedAt });
    it.world.act("sign-in", signInBody(proof), it.cast.sam, "member");
    const at = (seconds: number) => {
      const draft = { proposal: it.proposal, reason: null };
      const statement = it.world.draft("approve", draft, it.cast.sam, "security-admin");
      const within = {
        ...statement,
        draftedAt: it.world.in(seconds - 60),
        signBy: it.world.in(seconds + 60),
      };
      return codeOf(it.world.would(within, { at: it.world.in(seconds) }));
    };
    expect([at(0), at(599), at(600)]).toEqual(["ok", "ok", "sign-in-needed"]);
  });

  it("L19 signing out, here or everywhere, takes it away at once", () => {
    const it = askedBefore();
    signIn(it.world, it.cast.sam);
    const { tenant, person } = it.cast.sam;
    it.world.given(...decideEndSessions(it.world.state, { tenant, person, session: "all" }));
    expect(codeOf(it.world.approve(it.proposal, it.cast.sam, "security-admin"))).toBe(
      "sign-in-needed",
    );
  });

  it("L31 what was asked stands when the requester's session has ended", () => {
    const it = ready();
    nameIdentityProvider(it.world);
    const session = signIn(it.world, it.cast.olivia);
    const { proposal } = asked(undefined, {}, it);
    const { tenant, person } = it.cast.olivia;
    it.world.given(...decideEndSessions(it.world.state, { tenant, person, session }));
    for (const approver of [it.cast.sam, it.cast.priya]) {
      signIn(it.world, approver);
      expect(codeOf(it.world.approve(proposal, approver, "security-admin"))).toBe("ok");
    }
  });

  it("JIT-1 a grant is used without a session: its device proves itself", () => {
    const it = granted();
    nameIdentityProvider(it.world);
    expect(codeOf(it.world.open(opening(it)))).toBe("ok");
  });

  it("an officer without a session may still approve who is linked: no lock-out by the identity provider", () => {
    const it = ready();
    nameIdentityProvider(it.world);
    const body = linkBody(it.world, it.cast.sam);
    const made = it.world.act("link-identity", body, it.cast.omar, "officer");
    expect(codeOf(made)).toBe("ok");
    expect(codeOf(it.world.approve(made.digest, it.cast.olga, "officer"))).toBe("ok");
    expect(it.world.state.accountTenants.has(body.account)).toBe(true);
  });

  it("ID-1 only requests and approvals need one: everything else is signed with the key alone", () => {
    const it = ready();
    nameIdentityProvider(it.world);
    const { world, cast } = it;
    const tenant = world.state.tenants.get(cast.sam.tenant) ?? expect.fail();
    const context = { state: world.state, tenant, signer: cast.sam, now: world.now };
    const proposal = world.ids.digest();
    const needs = STATEMENT_KINDS.filter((kind: StatementKind) =>
      kind === "approve"
        ? whyNotSignedIn(context, { kind, body: { proposal } }) !== null
        : whyNotSignedIn(context, { kind }) !== null,
    );
    expect(needs).toEqual(["request", "approve"]);
  });
});

describe("where genesis names no identity provider", () => {
  it("a request and its approvals are signed with hardware keys alone, as in older installations", () => {
    const it = ready();
    expect(it.world.state.genesis).not.toHaveProperty("identityProviders");
    expect(codeOf(request(it))).toBe("ok");
    expect(granted().request).toMatch(/^r-/);
  });
});
