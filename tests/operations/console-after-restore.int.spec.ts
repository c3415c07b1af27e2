import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tenantId } from "@countersign/protocol/names";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cookieName } from "../../server/console/http/cookies.ts";
import { lookForNews } from "../../server/console/notifications/application/look-for-news.ts";
import { adminEnvironment, adminReport, emptyPlace, newBackupKeys } from "../support/backups.ts";
import {
  type Caller,
  type ConsoleWorld,
  consoleOf,
  startConsoleWorld,
} from "../support/console-world.ts";
import { endService } from "../support/installation.ts";
import { startPagesOf, type WorldPages } from "../support/pages-of-world.ts";
import { rawHttp } from "../support/raw-http.ts";
import { CONSOLE_ORIGIN } from "../support/single-sign-on.ts";
import { type Asked, ask, askAndApprove, register, SECRET } from "../support/story.ts";

const ACME = tenantId.parse("acme");

/*
 * The console's own rows are not in a backup. Everything that it shows is made from the ledger; what is lost is how
 * people like it to look, where they want their mail, and which messages they have seen.
 */
describe("the console on an installation that was restored", () => {
  let before: ConsoleWorld;
  let after: ConsoleWorld;
  let pages: WorldPages;
  let decided: Asked;
  let pending: Asked;
  let samBefore: string;
  let sam: Caller;

  beforeAll(async () => {
    before = await startConsoleWorld();
    const { cast, installation, parts } = before;
    await before.signIn(cast.olivia);
    await before.signIn(cast.priya);
    samBefore = await before.signIn(cast.sam);
    const own = before.as(samBefore, { parts: { mailDomains: ["example.com"] } });
    await own.session.setPreferences({ density: "compact", theme: "dark" });
    await own.notifications.setMail({ address: "sam@example.com", wanted: true });
    await register(cast);
    await before.settled();
    while (await lookForNews(parts, ACME));
    decided = await ask(cast);
    pending = await ask(cast);
    await before.settled();
    while (await lookForNews(parts, ACME));
    for (const person of [cast.sam, cast.priya]) await person.decide(decided.proposal, "approve");
    await before.settled();
    while (await lookForNews(parts, ACME));
    expect((await own.notifications.list({})).rows.length).toBe(2);

    await endService(installation.keyService());
    const environment = adminEnvironment(installation);
    const keys = await newBackupKeys(installation.folder, "backup-key");
    const file = join(installation.folder, "all.backup");
    await adminReport(["backup", "--to", keys.publicKey, "--out", file], environment);
    const place = await emptyPlace(installation);
    const there = { ...environment, ...place.environment };
    await adminReport(["restore", file, "--key", keys.file], there);
    await installation.startKeyService(place.environment);
    const restored = {
      ...installation,
      database: place.database,
      stateDir: place.stateDir,
      consoleCredential: () =>
        readFileSync(join(place.stateDir, "console-credential"), "utf8").trim(),
    };
    after = consoleOf({ installation: restored, sso: before.sso, cast });
    await after.settled();
    pages = await startPagesOf(after);
  }, 240_000);
  afterAll(async () => {
    await pages?.end();
    await after?.stop();
    await after?.installation.database.drop();
    await before?.stop();
  });

  const get = (path: string, secret: string) => {
    const cookie = `${cookieName("session", CONSOLE_ORIGIN)}=${secret}`;
    const headers = { cookie, "sec-fetch-site": "same-origin" };
    return rawHttp({ port: pages.port, path, headers });
  };

  it("KEY-6 ID-1 it starts, nobody is signed in any more, and whoever signs in anew finds all that the ledger has", async () => {
    expect((await get("/readyz", "")).status).toBe(200);
    const old = await get("/api/trpc/secrets.list?input=%7B%7D", samBefore);
    expect([old.status, old.text.includes(SECRET)]).toEqual([401, false]);
    // The desk's sessions ended with the old key service.
    const { sam: approver, olivia, priya } = after.cast;
    for (const person of [approver, olivia, priya]) await person.identify();
    const secret = await after.signIn(approver);
    sam = after.as(secret);
    expect((await get("/api/trpc/secrets.list?input=%7B%7D", secret)).text).toContain(SECRET);
    const shown = await sam.requests.detail({ proposal: decided.proposal });
    expect(shown.row.status).toBe("approved");
    expect((await get(`/requests/${pending.proposal}`, secret)).status).toBe(200);
  });

  it("KEY-6 preferences and addresses are as on the first day, and can be given again", async () => {
    const { preferences } = await sam.session.me();
    expect(preferences).toMatchObject({ density: "comfortable", theme: "system" });
    const named = after.as(await after.signIn(after.cast.sam), {
      parts: { mailDomains: ["example.com"] },
    });
    expect(await named.notifications.settings()).toMatchObject({ address: null, wanted: false });
    const again = { address: "sam@example.com", wanted: true };
    expect(await named.notifications.setMail(again)).toMatchObject(again);
  });

  it("KEY-6 JIT-1 people are told anew of what still waits for them, and not of what is over", async () => {
    while (await lookForNews(after.parts, ACME));
    const { rows } = await sam.notifications.list({});
    expect(rows.map((it) => [it.kind, it.request.proposal, it.seenAt])).toEqual([
      ["waits", pending.proposal, null],
    ]);
    const olivia = after.as(await after.signIn(after.cast.olivia));
    expect((await olivia.notifications.list({})).rows).toEqual([]);
  });

  it("JIT-1 work goes on: a request is asked for, approved and shown", async () => {
    await after.signIn(after.cast.priya);
    const asked = await askAndApprove(after.cast);
    await after.settled();
    const shown = await sam.requests.detail({ proposal: asked.proposal });
    expect(shown.row.status).toBe("approved");
  });
});
