import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cookieName } from "../server/console/http/cookies.ts";
import { inSession } from "../server/db/session.ts";
import { launchChromium, visitor } from "../tests/support/browser.ts";
import { type ConsoleWorld, startConsoleWorld } from "../tests/support/console-world.ts";
import { wordsOf } from "../tests/support/mail-server.ts";
import { type OutsideWorld, startOutsideWorld } from "../tests/support/outside-world.ts";
import { startPagesOf, type WorldPages } from "../tests/support/pages-of-world.ts";
import { value } from "../tests/support/people.ts";
import { rawHttp } from "../tests/support/raw-http.ts";
import { CONSOLE_ORIGIN } from "../tests/support/single-sign-on.ts";
import { type Asked, ask, register, SECRET } from "../tests/support/story.ts";

const REASON = "Restoring the failed payouts of this morning";

/* The console's process as it is shipped tells people by itself, through a mail server and a webhook under TLS. */
describe("the console tells people of what waits for them", () => {
  let world: ConsoleWorld;
  let outside: OutsideWorld;
  let pages: WorldPages;
  let browser: Browser;
  let cookie: string;

  beforeAll(async () => {
    world = await startConsoleWorld();
    outside = await startOutsideWorld(world.installation.folder);
    await world.signIn(world.cast.olivia);
    cookie = await world.signIn(world.cast.sam);
    await register(world.cast);
    await world.settled();
    pages = await startPagesOf(world, { environment: outside.environment });
    const headers = { ...mine(), "content-type": "application/json" };
    const body = JSON.stringify({ address: "sam@example.com", wanted: true });
    const path = "/api/trpc/notifications.setMail";
    const set = await rawHttp({ port: pages.port, path, method: "POST", headers, body });
    expect(set.status, set.text).toBe(200);
    browser = await launchChromium([
      `--host-resolver-rules=MAP ${new URL(CONSOLE_ORIGIN).host} 127.0.0.1:${pages.port}`,
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await pages?.end();
    await outside?.stop();
    await world?.stop();
  });

  const mine = () => ({
    cookie: `${cookieName("session", CONSOLE_ORIGIN)}=${cookie}`,
    "sec-fetch-site": "same-origin",
  });
  const linkOf = ({ proposal }: Asked) => `${CONSOLE_ORIGIN}/requests/${proposal}`;
  const mailsOf = (asked: Asked) =>
    outside.mail().mails.filter((it) => wordsOf(it).includes(linkOf(asked)));
  const callsOf = (asked: Asked) =>
    outside.hook.received.filter((it) => it.body.includes(asked.proposal));
  const shown = async ({ proposal }: Asked) =>
    value(await world.cast.laptop.call("/people/v1/proposals/show", { proposal }));
  const inDatabase = (sql: string) =>
    inSession(world.installation.database.adminUrl, async (client) => {
      const { rows } = await client.query<Record<string, string | null>>(sql);
      return rows;
    });
  /** What stands in the queue of this request, by channel. */
  const queued = (asked: Asked) =>
    inDatabase(
      `SELECT channel, state, tries::text, trouble,
              round(extract(epoch FROM next_try_at - now()))::text AS seconds
         FROM console.delivery WHERE proposal = '${asked.proposal}' ORDER BY channel`,
    );
  /** The time that a message waits for its next try passes. */
  const itIsTime = () =>
    inDatabase("UPDATE console.delivery SET next_try_at = now() WHERE state = 'queued'");
  const restart = async () => {
    pages = await startPagesOf(world, { environment: outside.environment });
  };

  it("JIT-1 DEL-7 a request is made, mail arrives, its only link opens the request, and nothing in it decides", async () => {
    const asked = await ask(world.cast);
    await expect.poll(() => mailsOf(asked).length).toBe(1);
    await expect.poll(() => callsOf(asked).length).toBe(1);
    const [mail] = mailsOf(asked);
    expect(mail).toMatchObject({ to: ["sam@example.com"], isEncrypted: true, user: "countersign" });
    const words = mail === undefined ? "" : wordsOf(mail);
    expect(words.match(/https?:\/\/\S+/g)).toEqual([linkOf(asked)]);
    expect(words).toContain("Content-Type: text/plain");
    for (const hidden of [SECRET, REASON, "PAY-1412"]) {
      expect(words).not.toContain(hidden);
      expect(callsOf(asked)[0]?.body).not.toContain(hidden);
    }

    const before = await shown(asked);
    const person = await visitor(browser);
    await person.page.goto(linkOf(asked));
    // Whoever has the mail and no session learns nothing.
    await person.page.getByRole("button", { name: "Sign in" }).waitFor();
    expect(await person.page.content()).not.toContain(REASON);
    const session = { name: cookieName("session", CONSOLE_ORIGIN), value: cookie };
    await person.context.addCookies([{ ...session, url: CONSOLE_ORIGIN }]);
    await person.page.goto(linkOf(asked));
    await person.page.getByText(REASON).first().waitFor();
    const path = new URL(linkOf(asked)).pathname;
    for (const method of ["GET", "POST", "PUT", "DELETE"])
      await rawHttp({ port: pages.port, path: `${path}?decide=approve`, method, headers: mine() });
    expect(await shown(asked)).toEqual(before);
    expect(before.status).toBe("pending");
    await person.context.close();
  });

  it("L37 a console that is stopped between request and mail tells when it is back, and nobody twice", async () => {
    outside.mail().refuseWith("451 come back later");
    const asked = await ask(world.cast);
    const refused = { channel: "mail", state: "queued", trouble: "the mail server answered 451" };
    await expect.poll(() => queued(asked)).toMatchObject([refused, { state: "sent" }]);
    await pages.end();
    const meanwhile = await ask(world.cast);
    outside.mail().refuseWith(null);
    await itIsTime();
    await restart();
    for (const it of [asked, meanwhile]) {
      const sent = [{ state: "sent" }, { state: "sent" }];
      await expect.poll(() => queued(it)).toMatchObject(sent);
      expect([mailsOf(it).length, callsOf(it).length]).toEqual([1, 1]);
    }
  });

  it("L37 a console that is killed while a mail leaves sends it once more when its lease has ended, and nothing else", async () => {
    outside.mail().keepSilent(true);
    const asked = await ask(world.cast);
    await expect.poll(() => mailsOf(asked).length).toBe(1);
    await expect.poll(() => callsOf(asked).length).toBe(1);
    process.kill(pages.pid, "SIGKILL");
    await expect.poll(() => pages.hasEnded()).toBe(true);
    outside.mail().keepSilent(false);
    await restart();
    // Until the lease ends it may still be on its way elsewhere.
    const [mail] = await queued(asked);
    expect(mail).toMatchObject({ channel: "mail", state: "queued", tries: "1" });
    expect(Number(mail?.seconds)).toBeGreaterThan(60);
    const next = await ask(world.cast);
    await expect.poll(() => mailsOf(next).length).toBe(1);
    expect(mailsOf(asked)).toHaveLength(1);
    await itIsTime();
    await expect.poll(() => queued(asked)).toMatchObject([{ state: "sent" }, { state: "sent" }]);
    expect(mailsOf(asked)).toHaveLength(2);
    expect(callsOf(asked)).toHaveLength(1);
  });

  it("L37 OBS-1 a mail server that is dead is tried later and later, Status says so, the webhook goes on, and mail arrives when it is back", async () => {
    await outside.stopMail();
    const asked = await ask(world.cast);
    await expect.poll(() => callsOf(asked).length).toBe(1);
    for (const [tries, seconds] of [
      ["1", 10],
      ["2", 20],
      ["3", 40],
    ] as const) {
      // While it is tried, it is leased for two minutes.
      const waits = async () => {
        const [mail] = await queued(asked);
        const left = Number(mail?.seconds);
        return { ...mail, isLater: left > seconds / 2 && left <= seconds };
      };
      const trouble = "no mail server answered";
      await expect.poll(waits).toMatchObject({ channel: "mail", tries, trouble, isLater: true });
      if (tries !== "3") await itIsTime();
    }
    expect(await queued(asked)).toMatchObject([{ state: "queued" }, { state: "sent" }]);
    const path = "/api/trpc/status.read";
    const read = await rawHttp({ port: pages.port, path, headers: mine() });
    expect(read.text).toContain(
      "1 of 1 messages by mail and webhook cannot be delivered: no mail server answered.",
    );
    await outside.startMail();
    await itIsTime();
    await expect.poll(() => mailsOf(asked).length).toBe(1);
    await expect
      .poll(async () => (await rawHttp({ port: pages.port, path, headers: mine() })).text)
      .toContain("People are told by mail and webhook");
  });

  it("LEAK-2 what is 90 days old is forgotten by the process itself, and a pending request is not told anew", async () => {
    const asked = await ask(world.cast);
    await expect.poll(() => mailsOf(asked).length).toBe(1);
    await pages.end();
    await inDatabase("UPDATE console.notice SET told_at = told_at - interval '91 days'");
    await inDatabase("UPDATE console.delivery SET until = until - interval '95 days'");
    await restart();
    const left = () =>
      inDatabase(
        "SELECT (SELECT count(*) FROM console.notice)::text AS notices, (SELECT count(*) FROM console.delivery)::text AS deliveries",
      );
    await expect.poll(left).toEqual([{ notices: "0", deliveries: "0" }]);
    const next = await ask(world.cast);
    await expect.poll(() => mailsOf(next).length).toBe(1);
    expect(mailsOf(asked)).toHaveLength(1);
    for (const text of [
      pages.output(),
      JSON.stringify(await inDatabase("SELECT trouble FROM console.delivery")),
    ])
      for (const hidden of ["mail/password", "sam@example.com", SECRET])
        expect(text).not.toContain(hidden);
  });
});
