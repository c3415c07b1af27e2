import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { launchChromium } from "../tests/support/browser.ts";
import { type RunningConsole, startConsole } from "../tests/support/console-process.ts";
import { ThreePeople } from "../tests/support/three-people.ts";

const NAME = "payments/prod/postgres/app-password";
const PICTURES = process.env.COUNTERSIGN_PICTURES;
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const MOST_PRESSES = 80;
type Role = Parameters<Page["getByRole"]>[0];

/*
 * The life of a request with a keyboard and nothing else: asked for, approved, several approved at once, refused with a
 * reason, taken back. Everything real; keys are the browser's own.
 */
describe("requests by keyboard alone", () => {
  let running: RunningConsole;
  let browser: Browser;
  let story: ThreePeople;
  let olivia: Page;
  let sam: Page;

  beforeAll(async () => {
    [running, browser] = await Promise.all([startConsole(), launchChromium()]);
    story = new ThreePeople(running.installation, browser);
    for (const name of ["Olivia", "Sam"]) await story.enrol(name, 1440);
    const login = await story.login();
    expect(await login.ended, login.shown()).toBe(0);
    await story.register(NAME, "Xk3!vq9#Lw7@pz5$");
    olivia = await signIn("Olivia");
    sam = await signIn("Sam");
  });
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
  });

  async function signIn(name: string): Promise<Page> {
    const page = story.people.get(name)?.page ?? expect.fail(`${name} is not here`);
    page.setDefaultTimeout(10_000);
    await page.goto(`${running.origin}/requests`);
    await press(page, "button", "Sign in");
    await press(page, "button", new RegExp(name));
    await press(page, "button", /^Sign$/);
    await page.waitForURL(`${running.origin}/requests`);
    return page;
  }
  /** Presses tab until this has the focus, as somebody does who has no pointer. */
  async function goTo(page: Page, role: Role, name: string | RegExp): Promise<void> {
    const wanted = page.getByRole(role, { name }).first();
    await wanted.waitFor();
    for (let presses = 0; presses < MOST_PRESSES; presses++) {
      if (await wanted.evaluate((it) => it === document.activeElement)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`tab never came to ${role} ${name}`);
  }
  async function press(page: Page, role: Role, name: string | RegExp): Promise<void> {
    await goTo(page, role, name);
    const wanted = page.getByRole(role, { name }).first();
    // A hand waits until a button can be pressed.
    await vi.waitFor(async () => expect(await wanted.isEnabled()).toBe(true), 5_000);
    await page.keyboard.press("Enter");
  }
  async function fill(page: Page, label: string, text: string): Promise<void> {
    await goTo(page, "textbox", label);
    await page.keyboard.type(text);
  }
  async function palette(page: Page, words: string, option: RegExp): Promise<void> {
    await page.keyboard.press("ControlOrMeta+k");
    await page.getByRole("combobox", { name: /^Search, go to/ }).waitFor();
    await page.keyboard.type(words);
    const wanted = page.getByRole("option", { name: option });
    await wanted.waitFor();
    for (let presses = 0; presses < MOST_PRESSES; presses++) {
      if ((await wanted.getAttribute("aria-selected")) === "true") return;
      await page.keyboard.press("ArrowDown");
    }
    throw new Error(`down never came to ${option}`);
  }
  /** What the desk shows is signed there; then back, where the page says what became of it. */
  async function signAndComeBack(page: Page, told: string): Promise<void> {
    await page.waitForURL(/^http:\/\/desk\./);
    await press(page, "button", /^Sign( all \d+)?$/);
    await page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    await press(page, "link", "Back to the console");
    await page.waitForURL(`${running.origin}/**`);
    await page.getByText(told, { exact: true }).first().waitFor();
  }
  async function ask(why: string): Promise<void> {
    await palette(olivia, "ask for app-pass", /^Ask to use .*app-password/);
    await olivia.keyboard.press("Enter");
    await olivia.getByRole("button", { name: `Remove ${NAME}` }).waitFor();
    await fill(olivia, "Why", why);
    await fill(olivia, "Ticket", "PAY-1412");
    await olivia.keyboard.press("Enter");
    const draft = olivia.getByRole("region", { name: "What you will sign" });
    await draft.waitFor();
    await draft.getByRole("list", { name: "Signatures" }).waitFor();
    await expect.poll(() => draft.evaluate((it) => it === document.activeElement)).toBe(true);
    await press(olivia, "link", "Sign at the desk");
    await signAndComeBack(olivia, "Signed");
  }
  /** Axe, and nothing wider than the window, in both themes and at both widths; pictures for whoever wants to look. */
  async function faults(page: Page, name: string): Promise<unknown[]> {
    const found: unknown[] = [];
    for (const colorScheme of ["light", "dark"] as const)
      for (const width of [1440, 360]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.setViewportSize({ width, height: 900 });
        if (PICTURES !== undefined) {
          mkdirSync(PICTURES, { recursive: true });
          await page.screenshot({ path: join(PICTURES, `${name}-${colorScheme}-${width}.png`) });
        }
        const { violations } = await new AxeBuilder({ page })
          .setLegacyMode(true)
          .options({ runOnly: RULES })
          .analyze();
        const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        const which = violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.target)}`);
        if (which.length > 0 || isWide) found.push([colorScheme, width, isWide, ...which]);
      }
    await page.setViewportSize({ width: 1440, height: 900 });
    return found;
  }
  const rows = (page: Page) => page.locator("[data-row]");

  it("JIT-1 a secret is asked for by name from the palette; who must sign is shown first; the desk leads back", async () => {
    await ask("Restoring the failed payouts");
    await olivia.getByRole("link", { name: /Olivia Hart asks to use/ }).waitFor();
    expect(await faults(olivia, "mine")).toEqual([]);
  });

  it("JIT-2 what waits longest is approved from the palette", async () => {
    await rows(sam).first().waitFor();
    await palette(sam, "approve next", /^Approve next, at the desk: Olivia Hart asks to use/);
    expect(await faults(sam, "palette")).toEqual([]);
    await sam.keyboard.press("Enter");
    await signAndComeBack(sam, "Signed");
    await sam.getByText("Nothing waits for you").waitFor();
    expect(await faults(sam, "empty-inbox")).toEqual([]);
  });

  it("JIT-2 several are chosen with x and approved with a; the console tells of all of them, not of the first", async () => {
    await ask("The first of two");
    await ask("The second of two");
    await expect.poll(() => rows(sam).count()).toBe(2);
    await goTo(sam, "link", /Olivia Hart asks to use/);
    await sam.keyboard.press("x");
    await sam.keyboard.press("j");
    await sam.keyboard.press("x");
    await sam.getByRole("button", { name: "Approve 2 at the desk" }).waitFor();
    expect(await faults(sam, "chosen")).toEqual([]);
    // From a box too: who has just ticked one is not sent back to its row.
    await goTo(sam, "checkbox", /^Choose/);
    await sam.keyboard.press("a");
    await signAndComeBack(sam, "Signed all 2");
    await sam
      .getByText(/^They stand in the ledger, entries \d+ and \d+\.$/)
      .first()
      .waitFor();
  });

  it("JIT-1 a opens the desk from what is open beside the list too; not signing changes nothing", async () => {
    await ask("To be refused");
    await expect.poll(() => rows(sam).count()).toBe(1);
    await goTo(sam, "link", /Olivia Hart asks to use/);
    await sam.keyboard.press("Enter");
    const inspector = sam.getByRole("complementary", { name: /asks to use/ });
    await inspector.getByRole("button", { name: "Refuse" }).waitFor();
    await sam.keyboard.press("ArrowRight");
    expect(await faults(sam, "inspector")).toEqual([]);
    await sam.keyboard.press("a");
    await sam.waitForURL(/^http:\/\/desk\./);
    await press(sam, "button", "Do not sign");
    await press(sam, "link", "Back to the console");
    await sam.getByText("You did not sign").first().waitFor();
    await inspector.getByRole("button", { name: "Refuse" }).waitFor();
  });

  it("JIT-1 a refusal says why, and whoever asked reads it", async () => {
    await press(sam, "button", "Refuse");
    await sam.getByRole("dialog").waitFor();
    expect(await faults(sam, "refuse")).toEqual([]);
    await sam.keyboard.press("Enter");
    await fill(sam, "Why", "Use the staging cluster.");
    await press(sam, "button", "Go on to the desk");
    await signAndComeBack(sam, "Signed");
    await goTo(olivia, "link", /^Olivia Hart asks to use/);
    await olivia.keyboard.press("Enter");
    await olivia.getByText("Use the staging cluster.").first().waitFor();
  });

  it("JIT-1 whoever asked takes it back, and learns from the palette why they cannot approve it", async () => {
    await ask("To be taken back");
    await goTo(olivia, "link", /Olivia Hart asks to use/);
    await olivia.keyboard.press("Enter");
    await olivia.getByRole("button", { name: "Withdraw at the desk" }).waitFor();
    await palette(olivia, "why", /^Why can I not approve this\? .*(?:asked|yourself|own)/);
    expect(await faults(olivia, "explained")).toEqual([]);
    await olivia.keyboard.press("Enter");
    await olivia.getByRole("heading", { level: 1, name: /asks to use/ }).waitFor();
    await press(olivia, "button", "Withdraw at the desk");
    await signAndComeBack(olivia, "Signed");
    await olivia.getByText("withdrawn").first().waitFor();
    expect(await faults(olivia, "withdrawn")).toEqual([]);
  });

  it("ID-2 who cannot ask for secrets is not offered to, and reads why where they would look", async () => {
    await sam.goto(`${running.origin}/requests`);
    await sam.getByRole("heading", { name: "Requests", level: 1 }).waitFor();
    await sam.waitForLoadState("networkidle");
    expect(await sam.getByRole("link", { name: "Ask to use a secret" }).count()).toBe(0);
    await palette(sam, "ask to use", /^Why can I not ask to use a secret\? .*An officer can give/);
    expect(await sam.getByRole("option", { name: /^Ask to use/ }).count()).toBe(0);
    await sam.keyboard.press("Escape");
    await sam.goto(`${running.origin}/requests/new`);
    await sam.getByText("Your roles do not ask for secrets").waitFor();
    expect(await faults(sam, "cannot-ask")).toEqual([]);
  });

  it("no page complained", () => {
    const complaints = [...story.people.values()].flatMap((it) => it.complaints);
    // What Chromium writes of an answer that is a refusal.
    expect(complaints.filter((it) => !/status of 403/.test(it))).toEqual([]);
  });
});
