import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium, type Visitor, visitor } from "../tests/support/browser.ts";
import { type RunningConsole, startConsole } from "../tests/support/console-process.ts";

/** Headers with which a browser says that the console's own page asks. */
const OWN_PAGE = { "sec-fetch-site": "same-origin" } as const;

/*
 * Signing in with nothing left out: the built console, a real identity provider, the desk, a hardware key in a real
 * browser. Then what somebody can do who has less than that.
 */
describe("signing in to the console", () => {
  let running: RunningConsole;
  let browser: Browser;
  let sam: Visitor;

  beforeAll(async () => {
    [running, browser] = await Promise.all([startConsole(), launchChromium()]);
    sam = await enrol("Sam");
  });
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
  });

  async function enrol(name: string): Promise<Visitor> {
    const invited = running.installation.people().find((it) => it.name.startsWith(name));
    const person = await visitor(browser);
    await person.page.goto(invited?.enrolmentLink ?? "");
    await person.page.getByRole("button", { name: "Create the key" }).click();
    await sign(person.page);
    await person.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    return person;
  }
  const sign = (page: Page) => page.getByRole("button", { name: "Sign", exact: true }).click();
  const toDesk = async (page: Page, name: RegExp, wanted: string) => {
    await page.goto(`${running.origin}${wanted}`);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("button", { name }).click();
  };
  const trpc = (path: string, init: RequestInit = {}) =>
    fetch(`${running.origin}/api/trpc/${path}`, {
      ...init,
      headers: { ...OWN_PAGE, ...init.headers },
    });
  const secretOf = async ({ context }: Visitor) =>
    (await context.cookies(running.origin)).find((it) => it.name === "countersign.session");

  it("ID-1 leads from any page over the identity provider and the desk back to that page", async () => {
    const { page, complaints } = sam;
    complaints.length = 0;
    await page.goto(`${running.origin}/requests?status=pending`);
    expect(new URL(page.url()).pathname).toBe("/sign-in");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL(({ origin }) => origin === running.issuer);
    await page.getByRole("button", { name: /Sam Okafor/ }).click();
    await page.getByRole("heading", { name: "Sam Okafor signs in to the console" }).waitFor();
    await sign(page);
    await page.waitForURL(`${running.origin}/requests?status=pending`);
    await page.getByRole("heading", { name: "Requests", level: 1 }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("BROWSER-1 runs every room under the strict policy without one violation, walked by its links", async () => {
    const { page, complaints } = sam;
    complaints.length = 0;
    const response = await page.goto(`${running.origin}/`);
    const policy = response?.headers()["content-security-policy"] ?? "";
    expect(policy).toMatch(/script-src 'nonce-[\w+/=]+' 'strict-dynamic'/);
    expect(policy).toContain("require-trusted-types-for 'script'");
    const rooms = [
      "Requests",
      "Secrets",
      "Workloads",
      "People and keys",
      "Audit",
      "Status",
      "Overview",
    ];
    for (const room of rooms) {
      await page.getByRole("navigation").getByRole("link", { name: room }).first().click();
      await page.getByRole("heading", { name: room, level: 1 }).waitFor();
      await page.waitForLoadState("networkidle");
    }
    expect(complaints).toEqual([]);
  });

  it("ID-1 keeps the session's secret from scripts, and the database knows its digest only", async () => {
    const cookie = await secretOf(sam);
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax" });
    expect(await sam.page.evaluate("document.cookie")).toBe("");
    expect(running.output()).not.toContain(cookie?.value);
  });

  it("ID-1 L13 gives an account that is linked to nobody a sentence and no session", async () => {
    const mallory = await visitor(browser);
    await toDesk(mallory.page, /Mallory/, "/");
    await mallory.page.getByText("Your account is not linked to anybody here").waitFor();
    expect(await secretOf(mallory)).toBeUndefined();
    await mallory.context.close();
  });

  it("ID-1 waits, without showing anything, until the key has signed", async () => {
    const thief = await visitor(browser);
    await toDesk(thief.page, /Priya/, "/secrets");
    await thief.page.waitForURL(/desk\.localhost/);
    await thief.page.goto(`${running.origin}/secrets`);
    await thief.page.getByRole("heading", { name: "One signature to go, Priya Nair" }).waitFor();
    const cookie = await secretOf(thief);
    const asked = await trpc("session.me", {
      headers: { cookie: `countersign.session=${cookie?.value}` },
    });
    expect(asked.status).toBe(401);
    await thief.context.close();
  });

  it("ID-1 signs out here, and a cookie that was copied before is worth nothing", async () => {
    const { page } = sam;
    const copied = await secretOf(sam);
    const cookie = `countersign.session=${copied?.value}`;
    expect((await trpc("session.me", { headers: { cookie } })).status).toBe(200);
    const answer = await trpc("session.signOut?batch=1", {
      method: "POST",
      body: "{}",
      headers: { cookie, "content-type": "application/json" },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("set-cookie")).toMatch(/^countersign\.session=;.*Max-Age=0/);
    expect((await trpc("session.me", { headers: { cookie } })).status).toBe(401);
    await page.goto(`${running.origin}/secrets`);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  it("L25 answers no call of another site, whatever cookie it carries", async () => {
    const foreign = [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "cross-site", origin: running.origin },
      { "x-middleware-subrequest": "proxy:proxy:proxy:proxy:proxy", "sec-fetch-site": "none" },
    ];
    for (const headers of foreign) {
      const response = await fetch(`${running.origin}/api/trpc/session.state`, { headers });
      expect(response.status, JSON.stringify(headers)).toBe(403);
    }
    const begun = await fetch(`${running.origin}/api/auth/signin/oidc`, {
      method: "POST",
      headers: { "sec-fetch-site": "cross-site" },
      body: new URLSearchParams({ json: "true" }),
    });
    expect(begun.status).toBe(403);
  });

  it("has of next-auth only what a sign-in needs: no session, no provider list, no sign-out of its own", async () => {
    for (const path of ["session", "providers", "signout", "verify-request", "signin", "_log"]) {
      const response = await fetch(`${running.origin}/api/auth/${path}`, { redirect: "manual" });
      expect(response.status, path).toBe(404);
    }
  });

  it("sends somebody with another's callback link, or an old one, to begin anew", async () => {
    const response = await fetch(`${running.origin}/api/auth/callback/oidc?code=stolen&state=x`, {
      redirect: "manual",
    });
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(`${running.origin}/sign-in?refused=too-late`);
    expect(response.headers.get("set-cookie")).toBeNull();
  });

  it("L8 leads back to no other site, and shows no text of an address", async () => {
    const stranger = await visitor(browser);
    await stranger.page.goto(
      `${running.origin}/sign-in?return=//evil.example&refused=Call+0800+EVIL&error=%3Cb%3E`,
    );
    await stranger.page.getByText("You were not signed in. Try again").waitFor();
    expect(await stranger.page.getByText("0800").count()).toBe(0);
    await stranger.context.close();
  });

  it("ID-1 says what still works while the identity provider is away", async () => {
    await running.stopIdentityProvider();
    try {
      const { page } = sam;
      await page.goto(`${running.origin}/sign-in`);
      await page
        .getByText("The identity provider does not answer, so nobody can sign in")
        .waitFor();
      await page.getByText("What was granted can still be opened with the command line.").waitFor();
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page
        .getByText("The identity provider does not answer. Try again in a moment.")
        .waitFor();
      expect((await fetch(`${running.origin}/readyz`)).status).toBe(200);
    } finally {
      await running.startIdentityProvider();
    }
  });

  it("OBS-1 tells its health without a session, and no more than that", async () => {
    for (const [path, text] of [
      ["healthz", "alive\n"],
      ["readyz", "ready\n"],
    ]) {
      const response = await fetch(`${running.origin}/${path}`);
      expect([response.status, await response.text()]).toEqual([200, text]);
    }
  });
});
