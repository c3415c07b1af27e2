import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium, type Visitor, visitor } from "../tests/support/browser.ts";
import { type RunningConsole, startConsole } from "../tests/support/console-process.ts";

const ROOMS = [
  ["/", "Overview"],
  ["/requests", "Requests"],
  ["/requests?which=all", "Requests"],
  ["/requests/new", "Ask to use a secret"],
  ["/secrets", "Secrets"],
  ["/secrets?q=nothing-has-this-name", "Secrets"],
  ["/secrets/fix", "Fix metadata"],
  ["/secrets/new", "Register a secret"],
  ["/notifications", "Notifications"],
  ["/workloads", "Workloads"],
  ["/people", "People and keys"],
  ["/audit", "Audit"],
  ["/status", "Status"],
] as const;
const SIZES = [1440, 360] as const;
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/*
 * How the pages look and answer to a keyboard, on the built console with everything real behind it. What each
 * procedure gives to whom is proven elsewhere; here somebody with rights and somebody without only look.
 */
describe("the console's pages", () => {
  let running: RunningConsole;
  let browser: Browser;
  let sam: Visitor;
  let eve: Visitor;

  beforeAll(async () => {
    [running, browser] = await Promise.all([startConsole(), launchChromium()]);
    sam = await signedIn("Sam");
    eve = await signedIn("Eve");
  });
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
  });

  async function signedIn(name: string): Promise<Visitor> {
    const invited = running.installation.people().find((it) => it.name.startsWith(name));
    const person = await visitor(browser);
    const { page } = person;
    const sign = () => page.getByRole("button", { name: "Sign", exact: true }).click();
    await page.goto(invited?.enrolmentLink ?? "");
    await page.getByRole("button", { name: "Create the key" }).click();
    await sign();
    await page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    await page.goto(`${running.origin}/status`);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("button", { name: new RegExp(name) }).click();
    await sign();
    await page.waitForURL(`${running.origin}/status`);
    return person;
  }

  async function open(page: Page, address: string, title: string): Promise<void> {
    await page.goto(running.origin + address);
    await page.getByRole("heading", { name: title, level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
  }
  /** What axe finds, and whether anything is wider than the window. */
  async function faults(page: Page): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page })
      .setLegacyMode(true) // one document, no frames: no second tab for each run
      .options({ runOnly: RULES, rules: { "color-contrast-enhanced": { enabled: true } } })
      .analyze();
    const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    return [
      ...violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.target).join(" ")}`),
      ...(isWide ? ["wider than the window"] : []),
    ];
  }

  it.each(["light", "dark"] as const)(
    "axe finds nothing on any page, %s, wide and narrow",
    async (colorScheme) => {
      const { page, complaints } = sam;
      complaints.length = 0;
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const width of SIZES) {
        await page.setViewportSize({ width, height: 900 });
        for (const [address, title] of ROOMS) {
          await open(page, address, title);
          expect([address, width, await faults(page)]).toEqual([address, width, []]);
        }
      }
      expect(complaints).toEqual([]);
    },
  );

  it("ID-2 somebody without any role is told who could, on every page, and axe finds nothing there", async () => {
    const { page } = eve;
    for (const [address, title] of ROOMS) {
      await open(page, address, title);
      expect([address, await faults(page)]).toEqual([address, []]);
    }
    await open(page, "/audit", "Audit");
    await page.getByRole("heading", { name: "This is not yours to see" }).waitFor();
    await page.getByText("read by compliance auditors").waitFor();
  });

  it("keyboard alone: goes somewhere, searches, opens beside the list, comes back", async () => {
    const { page } = sam;
    await page.setViewportSize({ width: 1440, height: 900 });
    await open(page, "/", "Overview");
    await page.keyboard.press("g");
    await page.keyboard.press("p");
    await page.waitForURL(`${running.origin}/people`);
    await page.getByRole("link", { name: "Priya Nair" }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("priya");
    await page.waitForURL(/\?q=priya/);
    await expect.poll(() => page.locator("[data-row]").count()).toBe(1);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    const inspector = page.getByRole("complementary", { name: "Priya Nair" });
    await inspector.getByRole("heading", { name: "Hardware keys" }).waitFor();
    await page.keyboard.press("Escape");
    await inspector.waitFor({ state: "detached" });
    expect(new URL(page.url()).search).toBe("?q=priya");
  });

  it("the palette finds a page by a word of its name, and escape gives the keyboard back", async () => {
    const { page } = sam;
    await open(page, "/status", "Status");
    await page.keyboard.press("Control+k");
    const box = page.getByRole("combobox", { name: "Search, go to, ask for" });
    await box.waitFor();
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await box.waitFor({ state: "detached" });
    await page.keyboard.press("Control+k");
    await box.fill("workl");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${running.origin}/workloads`);
    await page.locator("#main:focus").waitFor();
  });

  it("dark, compact: chosen in the menu, kept for the next visit", async () => {
    const { page } = sam;
    await open(page, "/status", "Status");
    await page.getByRole("button", { name: /^Sam/ }).click();
    await page.getByRole("menuitemradio", { name: "Compact" }).click();
    await page.getByRole("menuitemradio", { name: "Dark" }).click();
    await page.waitForLoadState("networkidle");
    await open(page, "/status", "Status");
    const root = () =>
      page.evaluate(() => ({ ...document.documentElement.dataset }) as Record<string, string>);
    await expect.poll(root).toMatchObject({ theme: "dark", density: "compact" });
  });
});
