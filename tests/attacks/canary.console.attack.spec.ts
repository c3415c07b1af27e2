import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../scripts/lib/free-port.mjs";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { cookieName } from "../../server/console/http/cookies.ts";
import { launchChromium, type Visitor, visitor } from "../support/browser.ts";
import { BROWSER_PLACES, BrowserWatch } from "../support/browser-watch.ts";
import { lookAtStatus, lookOutside, plantOutside } from "../support/canary-outside.ts";
import { lookInTables } from "../support/canary-places.ts";
import { CanaryScanner, newCanary } from "../support/canary-scanner.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console-world.ts";
import { wordsOf } from "../support/mail-server.ts";
import { type OutsideWorld, startOutsideWorld } from "../support/outside-world.ts";
import { startPagesOf, type WorldPages } from "../support/pages-of-world.ts";
import {
  expectControlIn,
  type PlantedPage,
  plantControl,
  servePlanted,
} from "../support/planted-page.ts";
import { checkValue, Recipient, sealedValue } from "../support/sealed-values.ts";
import { CONSOLE_ORIGIN } from "../support/single-sign-on.ts";
import { type Asked, ask, askAndApprove, registration, SECRET } from "../support/story.ts";
import { TappedProxy } from "../support/tapped-proxy.ts";

/*
 * A value is put, opened and compared again and again while two people walk every page of the built console in a real
 * browser. Whatever the browser gets, sends, shows for a moment, keeps, downloads or has in memory, and all that passes
 * on the wire or stays with the console, is searched for it.
 */
describe("canary in the console", () => {
  const canaries = { control: newCanary(), value: newCanary() };
  const scanner = new CanaryScanner(canaries);
  const watch = new BrowserWatch(scanner);
  const wire: Buffer[] = [];
  let world: ConsoleWorld;
  let pages: WorldPages;
  let proxy: TappedProxy;
  let planted: PlantedPage;
  let browser: Browser;
  let outside: OutsideWorld;
  const status = { keyService: 0, console: 0 };
  let granted: Asked;
  let pending: Asked;
  const complaints: string[] = [];

  beforeAll(async () => {
    status.keyService = await freePort();
    status.console = await freePort();
    world = await startConsoleWorld({
      environment: { COUNTERSIGN_KEY_SERVICE_STATUS_PORT: String(status.keyService) },
    });
    const { cast } = world;
    outside = await startOutsideWorld(world.installation.folder);
    for (const person of [cast.olivia, cast.priya]) await world.signIn(person);
    const parts = { mailDomains: ["example.com"] };
    const sam = world.as(await world.signIn(cast.sam), { parts });
    await sam.notifications.setMail({ address: "sam@example.com", wanted: true });
    const value = await sealedValue(cast.laptop, canaries.value);
    await cast.olivia.mustSign([(await cast.laptop.draft(registration(SECRET, { value }))).draft]);
    granted = await askAndApprove(cast, { maxUses: 100 });
    pending = await ask(cast);
    await world.settled();
    pages = await startPagesOf(world, {
      environment: {
        ...outside.environment,
        COUNTERSIGN_CONSOLE_STATUS_PORT: String(status.console),
      },
    });
    proxy = await TappedProxy.start({ host: "127.0.0.1", port: pages.port });
    proxy.look = ({ bytes }) => {
      wire.push(bytes);
      return bytes;
    };
    planted = await servePlanted(canaries.control);
    const { host } = new URL(CONSOLE_ORIGIN);
    browser = await launchChromium([`--host-resolver-rules=MAP ${host} 127.0.0.1:${proxy.port}`]);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await planted?.stop();
    await proxy?.close();
    await pages?.end();
    await outside?.stop();
    await world?.stop();
  });

  let uses = 0;
  /** The value leaves for Olivia's laptop once more, and is compared with a right guess. */
  const inPlay = async () => {
    uses += 1;
    const recipient = await Recipient.of(world.cast.laptop, granted, uses);
    expect(await recipient.open()).toEqual({ ok: true, text: canaries.value });
    if (uses % 8 === 0)
      expect(await checkValue(world.cast.laptop, SECRET, canaries.value)).toBe("equal");
  };
  /** Every page that the build has, with the ids of what is in play. */
  const addresses = () => {
    const manifest = inRoot("dist", "console", "app-path-routes-manifest.json");
    const ids: Readonly<Record<string, readonly string[]>> = {
      "[entry]": ["1", "8"],
      "[person]": [world.cast.olivia.person, world.cast.sam.person],
      "[proposal]": [granted.proposal, pending.proposal],
      "[secret]": [granted.secret],
    };
    return Object.entries<string>(JSON.parse(readFileSync(manifest, "utf8")))
      .filter(([file, route]) => file.endsWith("/page") && !route.startsWith("/_"))
      .flatMap(([, route]) => {
        const [parameter] = /\[.+\]/.exec(route) ?? [];
        if (parameter === undefined) return [route];
        const values = ids[parameter];
        if (values === undefined) throw new Error(`the page ${route} has no case`);
        return values.map((it) => route.replace(parameter, it));
      });
  };
  const comes = async (name: "olivia" | "sam"): Promise<Visitor> => {
    const person = await visitor(browser);
    await watch.watch(person);
    const value = await world.signIn(world.cast[name]);
    await person.context.addCookies([
      { name: cookieName("session", CONSOLE_ORIGIN), value, url: CONSOLE_ORIGIN },
    ]);
    return person;
  };
  const opened = async (page: Page, address: string) => {
    await page.goto(`${CONSOLE_ORIGIN}${address}`);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await page.waitForLoadState("networkidle");
  };

  it.each(["olivia", "sam"] as const)(
    "BROWSER-1 LEAK-2 %s walks all pages, opens what can be opened, and takes a copy",
    async (name) => {
      const person = await comes(name);
      const { page } = person;
      const walk = addresses();
      expect(walk.length).toBeGreaterThan(15);
      for (const address of walk) {
        await inPlay();
        await opened(page, address);
        await watch.lookAround(person);
        const row = page.locator("[data-row]").first();
        if ((await row.count()) > 0) {
          await row.click();
          await page.waitForLoadState("networkidle");
          await watch.lookAround(person);
        }
      }
      await opened(page, `/secrets?q=${encodeURIComponent("password")}`);
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox").first().fill("postgres");
      await page.waitForLoadState("networkidle");
      await watch.lookAround(person);
      await opened(page, "/audit");
      const downloading = page.waitForEvent("download");
      await page.getByRole("button", { name: /^CSV/ }).click();
      expect(
        readFileSync(await (await downloading).path(), "utf8").split("\n").length,
      ).toBeGreaterThan(10);
      await watch.lookInMemory(person);
      // It goes on hearing of changes as long as it is shown.
      await page.goto("about:blank");
      await watch.settled();
      complaints.push(...person.complaints);
      await person.context.close();
    },
  );

  it("BROWSER-1 a control is planted in every place of a browser, in every encoding", async () => {
    const tap = await TappedProxy.start({ host: "127.0.0.1", port: planted.port });
    tap.look = ({ bytes }) => {
      wire.push(bytes);
      return bytes;
    };
    const { port } = tap;
    await plantControl(await visitor(browser), { port, watch, control: canaries.control });
    await tap.close();
  });

  it("LEAK-2 OBS-1 people were told by mail and webhook meanwhile, and a control is planted in both", async () => {
    const asked = await ask(world.cast);
    await expect
      .poll(() => outside.mail().mails.filter((it) => wordsOf(it).includes(asked.proposal)).length)
      .toBe(1);
    await expect.poll(() => outside.hook.received.length).toBeGreaterThan(1);
    await plantOutside(outside, canaries.control);
    lookOutside(scanner, outside);
    expectControlIn(scanner, ["mail", "webhook"]);
    expect(await lookAtStatus(scanner, Object.values(status))).toBeGreaterThan(10_000);
  });

  it("BROWSER-1 LEAK-2 no value was in any place, in any encoding, and the control is found in all", async () => {
    scanner.look("wire", Buffer.concat(wire));
    scanner.look("console's log", Buffer.from(pages.output()));
    await lookInTables(scanner, "tables", world.installation.database);
    const found = scanner.findings.filter((it) => it.canary !== "control");
    expect(found).toEqual([]);
    expectControlIn(scanner, ["wire", ...BROWSER_PLACES]);
    // The pages themselves write nothing to the browser's console.
    for (const place of BROWSER_PLACES.filter((it) => it !== "console"))
      expect(watch.looked.get(place) ?? 0, place).toBeGreaterThan(1);
    expect(uses).toBeGreaterThan(30);
    expect(scanner.scannedBytes).toBeGreaterThan(10_000_000);
    expect(complaints).toEqual([]);
  });
});
