import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cookieName } from "../server/console/http/cookies.ts";
import { launchChromium, visitor } from "../tests/support/browser.ts";
import { type ConsoleWorld, startConsoleWorld } from "../tests/support/console-world.ts";
import { startPagesOf, type WorldPages } from "../tests/support/pages-of-world.ts";
import { rawHttp } from "../tests/support/raw-http.ts";
import { CONSOLE_ORIGIN } from "../tests/support/single-sign-on.ts";

const MAIN_PAGES = ["/", "/secrets", "/requests", "/audit", "/people"];
const MOST_SCRIPT_BYTES = 250_000;

/** What a first visit costs, in a browser that has nothing of the console yet. */
describe("the first load of the console", () => {
  let world: ConsoleWorld;
  let pages: WorldPages;
  let browser: Browser;
  let value: string;

  beforeAll(async () => {
    world = await startConsoleWorld();
    pages = await startPagesOf(world);
    value = await world.signIn(world.cast.sam);
    const { host } = new URL(CONSOLE_ORIGIN);
    browser = await launchChromium([`--host-resolver-rules=MAP ${host} 127.0.0.1:${pages.port}`]);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await pages?.end();
    await world?.stop();
  });

  it.each(MAIN_PAGES)("BROWSER-1 %s takes 250 kB of compressed script at most", async (path) => {
    const { page, context, cdp } = await visitor(browser);
    await context.addCookies([
      { name: cookieName("session", CONSOLE_ORIGIN), value, url: CONSOLE_ORIGIN },
    ]);
    const scripts = new Set<string>();
    let bytes = 0;
    await cdp.send("Network.enable");
    cdp.on("Network.responseReceived", ({ requestId, type }) => {
      if (type === "Script") scripts.add(requestId);
    });
    // Of bodies alone, as they came; headers are no script.
    cdp.on("Network.dataReceived", ({ requestId, encodedDataLength }) => {
      if (scripts.has(requestId)) bytes += encodedDataLength;
    });
    await page.goto(`${CONSOLE_ORIGIN}${path}`);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await page.waitForLoadState("networkidle");
    await context.close();
    expect(scripts.size).toBeGreaterThan(3);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThanOrEqual(MOST_SCRIPT_BYTES);
  });

  it("BROWSER-1 whoever has no session is told by every answer to keep it out of search engines", async () => {
    for (const path of ["/", "/sign-in", "/secrets", "/nowhere", "/api/auth/csrf"]) {
      const { headers } = await rawHttp({ port: pages.port, path });
      expect([path, headers["x-robots-tag"]]).toEqual([path, "noindex, nofollow"]);
    }
  });
});
