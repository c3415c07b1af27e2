import { generateKeyPairSync, randomBytes } from "node:crypto";
import { chmodSync, chownSync, copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { CONSOLE_API } from "@countersign/protocol/console-api";
import type { DraftId } from "@countersign/protocol/ids";
import { PEOPLE_API, type PeopleApiPath } from "@countersign/protocol/people-api";
import { oidcNonce } from "@countersign/protocol/sign-in";
import { statementDigest } from "@countersign/protocol/statement";
import { SignJWT } from "jose";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../scripts/lib/free-port.mjs";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { cookieName } from "../../server/console/http/cookies.ts";
import { newSessionSecret, sessionDigest } from "../../server/console/sign-in/session-secret.ts";
import { launchChromium, visitor } from "../support/browser.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console-world.ts";
import { eventsOf, readLedger } from "../support/ledger-reader.ts";
import { startPagesOf, type WorldPages } from "../support/pages-of-world.ts";
import { call, value } from "../support/people.ts";
import { rawHttp } from "../support/raw-http.ts";
import { CONSOLE_ORIGIN, newSession } from "../support/single-sign-on.ts";
import { SoftwareAuthenticator } from "../support/software-authenticator.ts";
import {
  type Asked,
  ask,
  askAndApprove,
  asking,
  recipientKey,
  register,
} from "../support/story.ts";

type Ran<T> = { readonly value: T } | { readonly thrown: string; readonly message: string };
/** An account of Unix that owns nothing. */
const NOBODY = 65_534;
const isAdministrator = process.getuid?.() === 0;
const SESSION = cookieName("session", CONSOLE_ORIGIN);

/*
 * Remote code execution in the console: the built console runs with a hostile module in its own process, which has its
 * RPC credential, database role, client secret, cookie secret, and every cookie that people send. Whatever it does
 * ends at the key service, the database's grants, or the desk.
 */
describe("evil-console: inside the process", () => {
  let world: ConsoleWorld;
  let pages: WorldPages;
  let port: number;
  let pending: Asked;
  let granted: Asked;

  beforeAll(async () => {
    world = await startConsoleWorld();
    const { cast, installation } = world;
    await world.signIn(cast.olivia);
    for (const person of [cast.sam, cast.priya]) await world.signIn(person);
    await register(cast);
    granted = await askAndApprove(cast);
    pending = await ask(cast);
    await world.settled();
    if (isAdministrator) asDeployed();
    port = await freePort();
    pages = await startPagesOf(world, {
      preload: inRoot("tests", "support", "hostile-console.mjs"),
      environment: {
        HOSTILE_PORT: String(port),
        ...(isAdministrator
          ? {
              COUNTERSIGN_CONSOLE_CREDENTIAL_FILE: join(installation.folder, "console-credential"),
            }
          : {}),
      },
      ...(isAdministrator ? { account: NOBODY } : {}),
    });
  }, 240_000);
  afterAll(async () => {
    await pages?.end();
    await world?.stop();
  });

  /** As an installation has it: an account of its own for the console, which is given the socket and its credential. */
  const asDeployed = () => {
    const { folder, stateDir, rpcSocket } = world.installation;
    chmodSync(folder, 0o711);
    chownSync(rpcSocket, NOBODY, NOBODY);
    const credential = join(folder, "console-credential");
    copyFileSync(join(stateDir, "console-credential"), credential);
    chownSync(credential, NOBODY, NOBODY);
  };
  /** Runs there, with all that is there. `theConsole()` is the console's own parts. */
  const inside = async <T = unknown>(code: string, args: unknown = null): Promise<Ran<T>> => {
    const body = JSON.stringify({ code, args });
    const { text } = await rawHttp({ port, path: "/", method: "POST", body });
    return JSON.parse(text) as Ran<T>; // what the hostile module writes
  };
  const must = async <T>(code: string, args: unknown = null): Promise<T> => {
    const ran = await inside<T>(code, args);
    if ("thrown" in ran) throw new Error(`the attack itself failed: ${ran.message}`);
    return ran.value;
  };
  const rpc = (path: string, input: unknown) =>
    must<{ ok: boolean; error?: { code: string }; value?: Record<string, unknown> }>(
      "return theConsole().parts.keyService.call(args.path, args.input)",
      { path, input },
    );
  const desk = (path: string, input: unknown, headers: Record<string, string> = {}) =>
    must<{ status: number; text: string }>(
      `const { request } = require("node:http");
       return new Promise((done, fail) => request({ host: "127.0.0.1", port: args.port, path: args.path, method: "POST", headers: args.headers },
         (response) => { let text = ""; response.on("data", (more) => (text += more)).on("end", () => done({ status: response.statusCode, text })); })
         .on("error", fail).end(JSON.stringify(args.input)));`,
      {
        port: world.installation.deskPort,
        path,
        input,
        headers: {
          "content-type": "application/json",
          host: new URL(world.installation.deskOrigin).host,
          origin: world.installation.deskOrigin,
          "sec-fetch-site": "same-origin",
          ...headers,
        },
      },
    );
  const ledger = () => readLedger(world.installation.database);
  const refusals = async () => eventsOf(await ledger(), "Refused").length;
  const trpcAs = (secret: string, path: string) =>
    rawHttp({
      port: pages.port,
      path: `/api/trpc/${path}`,
      headers: { cookie: `${SESSION}=${secret}`, "sec-fetch-site": "same-origin" },
    });

  it("the attacker has everything: credential, client secret, cookie secret, database, and people's cookies", async () => {
    const secret = await world.signIn(world.cast.sam);
    expect((await trpcAs(secret, "session.me")).text).toContain("Sam Okafor");
    const held = await must<Record<string, string>>(
      `const { config } = theConsole();
       return { credential: config.rpcCredential(), client: config.identityProvider.clientSecret, cookie: config.cookieSecret,
         database: config.databaseUrl, cookies: [...hostile.stolenCookies].join(" ") };`,
    );
    expect(held.credential).toBe(world.installation.consoleCredential());
    expect(held.client?.length).toBeGreaterThan(20);
    expect(held.cookie?.length).toBeGreaterThanOrEqual(32);
    expect(held.database).toContain("countersign_console");
    expect(held.cookies).toContain(secret);
  });

  it("L25 JIT-1 approves nothing: no call of its socket signs, and the desk takes no key but a person's", async () => {
    const before = await refusals();
    for (const path of Object.keys(PEOPLE_API)) {
      const answer = await rpc(path, {});
      expect(answer.ok, path).toBe(false);
    }
    const { tenant, person } = { tenant: "acme", person: world.cast.sam.person };
    const act = { act: "approve", proposal: pending.proposal, reason: null };
    const drafted = await rpc("/console/v1/drafts", { tenant, person, act });
    const draft = drafted.value?.draft as DraftId; // drafting is what it may do
    const { deskOrigin } = world.installation;
    const key = new SoftwareAuthenticator({
      rpId: new URL(deskOrigin).hostname,
      origin: deskOrigin,
    });
    const digest = String(drafted.value?.digest);
    const theirs = world.cast.priya.key.sign({ challenge: digest });
    const itsOwn = { ...key.sign({ challenge: digest }), id: theirs.id, rawId: theirs.rawId };
    for (const [how, assertion] of [
      ["a key of its own", key.sign({ challenge: digest })],
      ["a key of its own under Priya's name", itsOwn],
      ["Priya's signature on Sam's approval", theirs],
      ["nothing", {}],
    ] as const) {
      const answer = await desk("/desk/v1/drafts/sign", { drafts: [draft], assertion });
      expect([how, answer.status >= 400]).toEqual([how, true]);
    }
    await expect.poll(refusals).toBeGreaterThanOrEqual(before + 3);
    const entries = eventsOf(await ledger(), "ProposalApproved");
    expect(JSON.stringify(entries)).not.toContain(pending.proposal);
  });

  it("ID-1 L13 forges no sign-in: neither by a token of its own, nor by rows, nor by a token that was used", async () => {
    const before = await refusals();
    const secret = newSessionSecret();
    const session = sessionDigest(secret) ?? newSession();
    const { issuer, clientId } = world.sso.idp;
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const shared = new TextEncoder().encode(
      await must<string>("return theConsole().config.identityProvider.clientSecret"),
    );
    const claims = { nonce: await oidcNonce(session), auth_time: Math.floor(Date.now() / 1000) };
    const token = (alg: string) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg })
        .setIssuer(issuer)
        .setAudience(clientId)
        .setSubject("sam")
        .setIssuedAt()
        .setExpirationTime("5m");
    const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(JSON.stringify({ ...claims, iss: issuer, aud: clientId, sub: "sam" })).toString("base64url")}.`;
    const tokens = [await token("RS256").sign(privateKey), await token("HS256").sign(shared), none];
    const used = await world.sso.idp.idToken("sam", session);
    expect((await rpc("/console/v1/sign-ins", { idToken: used, session })).ok).toBe(true);
    for (const idToken of [...tokens, used])
      expect(await rpc("/console/v1/sign-ins", { idToken, session })).toMatchObject({ ok: false });
    await expect.poll(refusals).toBeGreaterThanOrEqual(before + 4);

    // Its own table it may write: a session of Sam's that nobody signed is a row and no more.
    const data = { session, tenant: "acme", person: world.cast.sam.person };
    await must(
      `const at = (hours) => new Date(Date.now() + hours * 3_600_000);
       await theConsole().parts.database.sessions.create({ data: { ...args, link: "http://x", returnTo: "/", signBy: at(1), startedAt: at(0), seenAt: at(0), expiresAt: at(9) } });`,
      data,
    );
    expect((await trpcAs(secret, "secrets.list")).status).toBe(401);
    expect((await trpcAs(secret, "session.state")).text).not.toContain('"open"');
  });

  it("AUD-2 LEAK-2 reads no value and writes no projection with its database role", async () => {
    const tables = await must<{ name: string; readable: boolean }[]>(
      `return theConsole().parts.database.withTenant("acme", (tx) => tx.$queryRaw\`
        SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name, n.nspname = 'projection' AS readable FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname IN ('keyservice', 'projection')\`)`,
    );
    expect(tables.length).toBeGreaterThan(15);
    const run = (sql: string) =>
      inside(
        `const pg = require("pg"); const client = new pg.Client({ connectionString: theConsole().config.databaseUrl });
         await client.connect(); try { return (await client.query(args)).rowCount; } finally { await client.end(); }`,
        sql,
      );
    for (const { name, readable } of tables) {
      const tries = [
        `INSERT INTO ${name} DEFAULT VALUES`,
        `DELETE FROM ${name}`,
        `TRUNCATE ${name}`,
      ];
      if (!readable) tries.push(`SELECT * FROM ${name}`);
      for (const sql of tries)
        expect([sql, await run(sql)]).toMatchObject([sql, { thrown: "42501" }]);
    }
    const person = world.cast.eve.person;
    for (const sql of [
      `UPDATE projection.person SET roles = '[{"role":"officer","service":null}]' WHERE person = '${person}'`,
      "SET ROLE countersign_key_service",
      "ALTER ROLE CURRENT_USER BYPASSRLS",
      "ALTER TABLE projection.secret DISABLE ROW LEVEL SECURITY",
      "COPY (SELECT 1) TO PROGRAM 'id'",
      "SELECT pg_read_file('/etc/passwd')",
      "CREATE FUNCTION console.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ])
      expect([sql, await run(sql)]).toMatchObject([
        sql,
        { thrown: expect.stringMatching(/^(?:42501|3F000)$/) },
      ]);
  });

  it("JIT-2 L26 drafts one thing and shows another: the desk shows what would be signed", async () => {
    const { laptop, olivia } = world.cast;
    const asked = { tenant: "acme", person: olivia.person };
    const act = { ...asking(laptop), maxUses: 50, durationSeconds: 8 * 3600 };
    const drafted = await rpc("/console/v1/drafts", { ...asked, act });
    // What it answers to Olivia's page is its own affair; the link leads to these bytes.
    const draft = drafted.value?.draft as DraftId; // drafting is what it may do
    const read = value(await call(world.installation, "/desk/v1/drafts/read", { drafts: [draft] }));
    const statement = JSON.parse(
      Buffer.from(read.drafts[0]?.statement ?? "", "base64url").toString("utf8"),
    );
    expect(statement.body).toMatchObject({ maxUses: 50 });
    expect(read.drafts[0]?.statement).toBe(drafted.value?.statement);
    // A signature for what Olivia was shown is none for what was drafted instead.
    const honest = await laptop.draft(asking(laptop));
    const shown = value(
      await call(world.installation, "/desk/v1/drafts/read", { drafts: [honest.draft] }),
    );
    expect(shown.drafts[0]?.statement).not.toBe(read.drafts[0]?.statement);
    const before = await refusals();
    const bytes = Buffer.from(shown.drafts[0]?.statement ?? "", "base64url");
    const assertion = olivia.key.sign({ challenge: await statementDigest(bytes) });
    const swapped = await desk("/desk/v1/drafts/sign", { drafts: [draft], assertion });
    expect(swapped.text).toContain("assertion-rejected");
    // And it is worth one time what it was given for.
    expect((await desk("/desk/v1/drafts/sign", { drafts: [honest.draft], assertion })).status).toBe(
      200,
    );
    const again = await desk("/desk/v1/drafts/sign", { drafts: [honest.draft], assertion });
    expect(again.text).toContain("nonce-used");
    await expect.poll(refusals).toBeGreaterThanOrEqual(before + 2);
  });

  it("JIT-1 LEAK-2 opens no grant, with whatever it stole", async () => {
    const cookies = await must<string[]>("return [...hostile.stolenCookies]");
    const input = {
      request: granted.request,
      secret: granted.secret,
      use: 1,
      recipientKey: recipientKey(),
    };
    const credential = world.installation.consoleCredential();
    const thieves = [
      {},
      { authorization: `Bearer ${credential}` },
      ...cookies.slice(0, 5).map((cookie) => ({ cookie })),
      {
        authorization: `Countersign-Device device=${world.cast.laptop.device}, at=${Math.floor(Date.now() / 1000)}, nonce=${randomBytes(16).toString("base64url")}, signature=${"A".repeat(86)}`,
      },
    ];
    for (const headers of thieves)
      for (const path of [
        "/people/v1/grants/open",
        "/people/v1/secrets/show",
      ] satisfies PeopleApiPath[])
        expect(
          (await desk(path, input, headers as Record<string, string>)).status,
        ).toBeGreaterThanOrEqual(400);
    expect(eventsOf(await ledger(), "ReleaseIntended")).toEqual([]);
    expect(Object.keys(CONSOLE_API).filter((it) => /open|release|value/.test(it))).toEqual([]);
  });

  it.runIf(isAdministrator)(
    "SEG-1 from an account of its own it reaches neither token, PIN, state, witness, the gateways' socket nor the key service's memory",
    async () => {
      const { stateDir, witnessDir, token, keyService, folder, gatewaySocket } = world.installation;
      const { pid } = keyService().child;
      const places = [
        stateDir,
        witnessDir,
        token.pinFile,
        join(stateDir, "console-credential"),
        join(stateDir, "gateway-credential"),
        join(stateDir, "people.json"),
        join(stateDir, "checkpoint"),
        `/proc/${pid}/mem`,
        `/proc/${pid}/environ`,
        `/proc/${pid}/fd`,
      ];
      for (const place of places) {
        expect([place, existsSync(place)]).toEqual([place, true]);
        const ran = await inside(
          `const fs = require("node:fs");
           if (fs.statSync(args).isDirectory()) return fs.readdirSync(args); return fs.readFileSync(args).length;`,
          place,
        );
        expect([place, ran]).toMatchObject([place, { thrown: "EACCES" }]);
      }
      for (const code of ["process.setuid(0)", `process.kill(${pid}, 0)`])
        expect([code, await inside(code)]).toMatchObject([code, { thrown: "EPERM" }]);
      expect(
        await inside(`require("node:fs").writeFileSync(args, "x")`, join(folder, "x")),
      ).toMatchObject({
        thrown: "EACCES",
      });
      const connecting = `const { connect } = require("node:net");
        return new Promise((done, fail) => connect(args).on("connect", () => done("connected")).on("error", fail));`;
      expect(await inside(connecting, gatewaySocket)).toMatchObject({ thrown: "EACCES" });
      const library = `const pkcs11 = require(args.pkcs11); const it = new pkcs11.PKCS11(); it.load(args.module); it.C_Initialize();
        return it.C_GetSlotList(true).map((slot) => it.C_GetTokenInfo(slot).label.trim());`;
      const pkcs11 = inRoot("node_modules", "pkcs11js");
      const seen = await inside<string[]>(library, { pkcs11, module: token.module });
      expect(JSON.stringify(seen)).not.toContain(token.label);
    },
  );

  it("L8 brings nobody from the desk to a place of its choice", async () => {
    const hostile = [
      "https://evil.example/",
      "//evil.example",
      "/\\evil.example",
      "/sign-in?next=//evil.example",
      "javascript:alert(1)",
      "/requests/../../evil",
      "/requests\n",
      "/api/trpc/session.signOutEverywhere",
      "/requests#x",
      `http://${new URL(CONSOLE_ORIGIN).host}.evil.example/`,
    ];
    for (const path of hostile) {
      const { text } = await desk("/desk/v1/return", { path });
      expect([path, text.includes("evil"), /"url":"/.test(text)]).toEqual([path, false, false]);
    }
    expect((await desk("/desk/v1/return", { path: "/requests" })).text).toContain(
      `${CONSOLE_ORIGIN}/requests`,
    );
  });

  it("JIT-2 a page of the console that asks for the desk's keys gets a SecurityError from the browser", async () => {
    await must("hostile.stripsHeaders = true");
    const { host } = new URL(CONSOLE_ORIGIN);
    const browser: Browser = await launchChromium([
      `--host-resolver-rules=MAP ${host} 127.0.0.1:${pages.port}`,
    ]);
    try {
      const { page } = await visitor(browser);
      const response = await page.goto(`${CONSOLE_ORIGIN}/sign-in`);
      // What is left is the browser's own rule, which no page can take away.
      expect(response?.headers()["permissions-policy"]).toBeUndefined();
      const rpId = new URL(world.installation.deskOrigin).hostname;
      const asked = await page.evaluate(askForKeys, rpId);
      expect(asked).toEqual({ get: "SecurityError", create: "SecurityError" });
    } finally {
      await browser.close();
    }
  });

  it("what it did left no approval, no release and no session that a person did not sign", async () => {
    const entries = await ledger();
    expect(eventsOf(entries, "ReleaseIntended")).toEqual([]);
    const signed = entries.filter((it) => it.events.some(({ type }) => type === "SessionOpened"));
    expect(signed.length).toBeGreaterThan(3);
    for (const { evidence } of signed) expect(evidence).not.toBeNull();
  });
});

/** Runs in the page. */
async function askForKeys(rpId: string): Promise<{ get: string; create: string }> {
  const challenge = new Uint8Array(32);
  const nameOf = (error: unknown) => (error instanceof Error ? error.name : "no error");
  const get = await navigator.credentials
    .get({ publicKey: { rpId, challenge, timeout: 3000 } })
    .then(() => "a signature", nameOf);
  const create = await navigator.credentials
    .create({
      publicKey: {
        rp: { id: rpId, name: "desk" },
        user: { id: challenge, name: "sam", displayName: "Sam" },
        challenge,
        pubKeyCredParams: [{ type: "public-key", alg: -7 }],
        timeout: 3000,
      },
    })
    .then(() => "a key", nameOf);
  return { get, create };
}
