import type { Digest, DraftId } from "@countersign/protocol/ids";
import { statementDigest } from "@countersign/protocol/statement";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPool } from "../../server/db/pool.ts";
import { type ConsoleAnswer, consoleCall } from "../support/console.ts";
import type { TestIdentityProvider } from "../support/identity-provider.ts";
import { type Installation, startInstallation } from "../support/installation.ts";
import { eventsOf, readLedger } from "../support/ledger-reader.ts";
import { call, type TestPerson, value } from "../support/people.ts";
import {
  CONSOLE_ORIGIN,
  newSession,
  type SingleSignOn,
  signIn as signInAt,
  startSingleSignOn,
} from "../support/single-sign-on.ts";
import { ask, asking, type Cast, enrolCast, register } from "../support/story.ts";

describe("signing in", () => {
  let installation: Installation;
  let sso: SingleSignOn;
  let idp: TestIdentityProvider;
  let cast: Cast;
  let reader: pg.Pool;

  beforeAll(async () => {
    sso = await startSingleSignOn();
    idp = sso.idp;
    installation = await startInstallation({
      environment: { ...sso.environment, COUNTERSIGN_CHECK_EVERY_SECONDS: "1" },
    });
    reader = createPool({
      url: installation.database.consoleUrl,
      application: "test",
      maxConnections: 2,
    });
    cast = await enrolCast(installation);
    await register(cast);
  }, 120_000);
  afterAll(async () => {
    await reader?.end();
    await installation?.stop();
    await sso?.stop();
  });

  const begin = (idToken: string, session: Digest): Promise<ConsoleAnswer> =>
    consoleCall(installation, "/console/v1/sign-ins", { idToken, session });

  const signIn = (person: TestPerson) => signInAt(sso, person);

  const end = (person: TestPerson, of: { session: Digest } | { all: true }, tenant = "acme") =>
    consoleCall(installation, "/console/v1/sessions/end", { tenant, person: person.person, ...of });

  /** What the console sees of a session: its projection, once it is there. */
  async function projected(session: Digest, status: string, tenant = "acme") {
    for (let tries = 0; tries < 200; tries++) {
      const row = await read(session, tenant);
      if (row?.status === status) return row;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`no session became ${status}`);
  }
  async function read(session: Digest, tenant: string) {
    const client = await reader.connect();
    try {
      await client.query("BEGIN");
      await client.query("SELECT set_config('app.tenant', $1, true)", [tenant]);
      const { rows } = await client.query<Record<string, unknown>>(
        "SELECT * FROM projection.session WHERE session = $1",
        [session],
      );
      await client.query("COMMIT");
      return rows[0] ?? null;
    } finally {
      client.release();
    }
  }

  it("ID-1 opens a session by a real identity provider's token and the person's own hardware key", async () => {
    const session = await signIn(cast.olivia);
    const row = await projected(session, "open");
    expect(row).toMatchObject({
      person: cast.olivia.person,
      issuer: idp.issuer,
      account: `${idp.issuer} olivia`,
      ended_at: null,
    });
    expect(await read(session, "globex")).toBeNull();
    const opened = eventsOf(await readLedger(installation.database), "SessionOpened");
    expect(opened).toHaveLength(1);
  });

  it("ID-1 requests and approvals, from the command line too, need it beside the key", async () => {
    await end(cast.olivia, { all: true });
    const refused = await cast.laptop.call("/people/v1/drafts", { act: asking(cast.laptop) });
    expect(refused).toMatchObject({ ok: false, status: 403, code: "sign-in-needed" });
    expect(refused.ok ? "" : refused.detail).toContain(CONSOLE_ORIGIN);
    await signIn(cast.olivia);
    const { proposal } = await ask(cast);
    const tried = await cast.sam.desk("/desk/v1/proposals/decide", {
      proposals: [proposal],
      decision: "approve",
      reason: null,
    });
    expect(tried).toMatchObject({ ok: false, code: "sign-in-needed" });
    await signIn(cast.sam);
    const [outcome] = await cast.sam.decide(proposal, "approve");
    expect(outcome?.refused).toBeNull();
  });

  it("L4 a draft that was made before the session ended is refused at the signature", async () => {
    await signIn(cast.olivia);
    const { draft } = await cast.laptop.draft(asking(cast.laptop));
    await end(cast.olivia, { all: true });
    const [outcome] = await cast.olivia.sign([draft]);
    expect(outcome?.refused?.code).toBe("sign-in-needed");
  });

  it("ID-1 L4 a token opens one session, once, and no other", async () => {
    const session = newSession();
    const token = await idp.idToken("priya", session);
    expect((await begin(token, newSession())).json.code).toBe("identity-rejected");
    expect((await begin(token, session)).status).toBe(200);
    expect((await begin(token, session)).json.code).toBe("identity-rejected");
    const another = await idp.idToken("sam", session);
    expect((await begin(another, session)).json.code).toBe("already-exists");
  });

  it("ID-1 a token of another client, or of a sign-in that names no session, opens nothing", async () => {
    const session = newSession();
    const other = await idp.idToken("priya", session, { client_id: "another-client" });
    expect((await begin(other, session)).json.code).toBe("identity-rejected");
    const unbound = await idp.idToken("priya", session, { nonce: "something-else" });
    expect((await begin(unbound, session)).json.code).toBe("identity-rejected");
  });

  it("L3 L5 an account that nobody has, in whatever spelling, is refused and recorded", async () => {
    for (const subject of ["mallory", "Olivia", "OLIVIA", "olivia.", "olivia%00", "0livia"]) {
      const session = newSession();
      const refused = await begin(await idp.idToken(subject, session), session);
      expect(refused, subject).toMatchObject({ status: 403, json: { code: "not-linked" } });
    }
    const refusals = eventsOf(await readLedger(installation.database), "Refused");
    expect(refusals.filter((it) => it.code === "not-linked")).toHaveLength(6);
  });

  it("ID-1 nobody else's key opens it: not another person's, not another tenant's", async () => {
    const session = newSession();
    const begun = await begin(await idp.idToken("priya", session), session);
    const drafts = [begun.json.draft as DraftId];
    for (const other of [cast.sam, cast.eve, cast.ingrid]) {
      const signed = await other.signRaw(drafts);
      expect(signed).toMatchObject({ ok: false, code: "assertion-rejected" });
    }
    await cast.priya.mustSign(drafts);
    await projected(session, "open");
  });

  it("L26 a sign-in that no token stands behind is refused, even where its person signs it", async () => {
    const session = newSession();
    const begun = await begin(await idp.idToken("priya", session), session);
    const draft = begun.json.draft as DraftId;
    const read = value(await call(installation, "/desk/v1/drafts/read", { drafts: [draft] }));
    const honest = Buffer.from(read.drafts[0]?.statement ?? "", "base64url").toString();
    const forged = Buffer.from(honest.replace(session, newSession()));
    const client = new pg.Client({ connectionString: installation.database.adminUrl });
    await client.connect();
    await client.query("UPDATE keyservice.draft SET statement = $2, digest = $3 WHERE id = $1", [
      draft,
      forged,
      await statementDigest(forged),
    ]);
    await client.end();
    const [outcome] = await cast.priya.sign([draft]);
    expect(outcome?.refused?.code).toBe("not-found");
  });

  it("ID-2 Eve, who has no role, signs in, and does nothing more than before", async () => {
    const session = await signIn(cast.eve);
    await projected(session, "open");
    const { proposal } = await (async () => {
      await signIn(cast.olivia);
      return ask(cast);
    })();
    const tried = await cast.eve.desk("/desk/v1/proposals/decide", {
      proposals: [proposal],
      decision: "approve",
      reason: null,
    });
    expect(tried).toMatchObject({ ok: false, code: "not-found" });
  });

  it("SEG-1 L11 sessions are their tenant's: the other ends none and sees none", async () => {
    const session = await signIn(cast.ingrid);
    await projected(session, "open", "globex");
    expect(await read(session, "acme")).toBeNull();
    expect((await end(cast.ingrid, { session }, "acme")).json).toEqual({ ended: 0 });
    expect((await end(cast.sam, { session }, "globex")).json).toEqual({ ended: 0 });
    expect((await end(cast.ingrid, { session }, "globex")).json).toEqual({ ended: 1 });
    await projected(session, "ended", "globex");
  });

  it("ID-1 signing out ends one, everywhere all, and either again ends none", async () => {
    await end(cast.priya, { all: true });
    const sessions = [];
    for (let count = 0; count < 3; count++) sessions.push(await signIn(cast.priya));
    const [first = newSession()] = sessions;
    expect((await end(cast.priya, { session: first })).json).toEqual({ ended: 1 });
    expect((await end(cast.priya, { session: first })).json).toEqual({ ended: 0 });
    expect((await end(cast.priya, { all: true })).json).toEqual({ ended: 2 });
    for (const session of sessions) {
      const row = await projected(session, "ended");
      expect(row.ended_because).toBe("signed-out");
    }
  });

  it("AUD-2 sessions, proofs and used tokens outlive a restart of the key service", async () => {
    const open = await signIn(cast.olivia);
    const waiting = newSession();
    const token = await idp.idToken("priya", waiting);
    const begun = await begin(token, waiting);
    installation.keyService().child.kill("SIGTERM");
    await installation.keyService().ended;
    await installation.startKeyService();
    await cast.priya.mustSign([begun.json.draft as DraftId]);
    await projected(waiting, "open");
    expect((await begin(token, waiting)).json.code).toBe("identity-rejected");
    expect((await cast.laptop.draft(asking(cast.laptop))).draft).toMatch(/^x-/);
    expect((await end(cast.olivia, { session: open })).json).toEqual({ ended: 1 });
  });

  it("ID-1 with the identity provider away nobody signs in anew, and what is open goes on", async () => {
    await signIn(cast.olivia);
    const session = newSession();
    const token = await idp.idToken("priya", session);
    // A key service that has not asked yet has no keys to go by.
    await idp.stop();
    installation.keyService().child.kill("SIGTERM");
    await installation.keyService().ended;
    await installation.startKeyService();
    const away = await begin(token, session);
    expect(away).toMatchObject({ status: 503, json: { code: "unavailable" } });
    expect(String(away.json.message)).toContain("does not answer");
    expect((await ask(cast)).proposal).toBeTruthy();
    await idp.start();
    for (let tries = 0; ; tries++) {
      const begun = await begin(token, session);
      if (begun.status === 200) break;
      if (tries === 100) throw new Error("the provider is back, and is not asked");
      await new Promise((done) => setTimeout(done, 100));
    }
  });

  it("BROWSER-1 the desk leads back to listed paths of the console, and nowhere else", async () => {
    const lead = async (path: string) =>
      value(await call(installation, "/desk/v1/return", { path })).url;
    expect(await lead("/requests/r-1?tab=mine")).toBe(`${CONSOLE_ORIGIN}/requests/r-1?tab=mine`);
    expect(await lead("/")).toBe(`${CONSOLE_ORIGIN}/`);
    for (const path of [
      "//evil.example",
      "/\\evil.example",
      "https://evil.example",
      "/requests/../api/auth",
      "/api/auth/signout",
      "/requestsx",
      "/requests?next=//evil.example",
      "/requests#x",
      "/requests/%2e%2e/api",
      "requests",
      "",
      "/@evil.example",
    ])
      expect(await lead(path), path).toBeNull();
  });

  it("AUD-2 all of it is what the ledger says: the checker finds nothing to repair", async () => {
    expect(eventsOf(await readLedger(installation.database), "TamperingFound")).toEqual([]);
    const text = installation.keyService().output();
    expect(text).not.toContain("eyJ"); // no token in any log
  });
});
