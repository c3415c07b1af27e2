import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium, type Visitor, visitor } from "../tests/support/browser.ts";
import { type RunningConsole, startConsole } from "../tests/support/console-process.ts";

const SECRET = "payments/dev/postgres/ledger-password";
const BARE = ["payments/dev/postgres/mailer-password", "payments/dev/postgres/report-password"];
const WORKLOAD = "spiffe://acme.example/dev/payments/ledger";
const SETTLED = { timeout: 20_000 };

/*
 * Each job of each person on the pages that are lists, with the keyboard and nothing else: no pointer is touched after
 * the door. Everything real; the hardware keys are the browser's own.
 */
describe("by keyboard alone", () => {
  let running: RunningConsole;
  let browser: Browser;
  let olivia: Visitor;
  let sam: Visitor;
  let cass: Visitor;
  let audrey: Visitor;

  beforeAll(async () => {
    [running, browser] = await Promise.all([startConsole(), launchChromium()]);
    olivia = await signedIn("Olivia");
    sam = await signedIn("Sam");
    cass = await signedIn("Cass");
    audrey = await signedIn("Audrey");
  });
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
  });

  async function signedIn(name: string): Promise<Visitor> {
    const invited = running.installation.people().find((it) => it.name.startsWith(name));
    const person = await visitor(browser, { width: 1440 });
    const { page } = person;
    page.setDefaultTimeout(10_000);
    await page.goto(invited?.enrolmentLink ?? "");
    const click = (name: string | RegExp, exact = false) =>
      page.getByRole("button", { name, exact }).click();
    await click("Create the key");
    await click("Sign", true);
    await page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    await page.goto(`${running.origin}/status`);
    await click("Sign in", true);
    await click(new RegExp(name));
    await click("Sign", true);
    await page.waitForURL(`${running.origin}/status`);
    // What the identity provider's own pages lack, such as an icon, is not the console's.
    person.complaints.length = 0;
    return person;
  }

  /** Presses a key until something of this role and name has the focus, as somebody does who cannot see a pointer. */
  async function goTo(page: Page, role: Role, name: string | RegExp, key = "Tab"): Promise<void> {
    const wanted = page.getByRole(role, { name }).first();
    await wanted.waitFor();
    for (let presses = 0; presses < 120; presses++) {
      if (await wanted.evaluate((it) => it === document.activeElement)) return;
      await page.keyboard.press(key);
    }
    throw new Error(`${key} never came to ${role} ${name}`);
  }
  type Role = Parameters<Page["getByRole"]>[0];

  async function press(page: Page, role: Role, name: string | RegExp): Promise<void> {
    await goTo(page, role, name);
    // A hand waits until a button can be pressed.
    await expect.poll(() => page.getByRole(role, { name }).first().isEnabled()).toBe(true);
    await page.keyboard.press("Enter");
  }
  async function fill(page: Page, label: string, text: string): Promise<void> {
    const isNumber = (await page.getByRole("spinbutton", { name: label }).count()) > 0;
    await goTo(page, isNumber ? "spinbutton" : "textbox", label);
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(text);
  }
  /** A select opens nothing: letters choose. */
  async function choose(page: Page, label: string, word: string): Promise<void> {
    await goTo(page, "combobox", label);
    await page.keyboard.type(word);
  }

  /** By the letter of the part, as `?` says. */
  async function open(page: Page, letter: string, title: string): Promise<void> {
    await page.goto(running.origin);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
    await page.keyboard.press("g");
    await page.keyboard.press(letter);
    await page.getByRole("heading", { name: title, level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
  }
  async function search(page: Page, text: string, rows: number): Promise<void> {
    await page.keyboard.press("/");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(text);
    await page.waitForURL((now) => now.searchParams.get("q") === text);
    await expect.poll(() => page.locator("[data-row]").count(), SETTLED).toBe(rows);
    await page.keyboard.press("ArrowDown");
  }

  /** From the form over the desk and back, where the page says that it was signed. */
  async function sign(page: Page): Promise<void> {
    await page.getByRole("region", { name: "What you will sign" }).waitFor();
    await press(page, "link", "Sign at the desk");
    await signAtDesk(page);
  }
  async function signAtDesk(page: Page): Promise<void> {
    await press(page, "button", /^Sign( all \d+)?$/);
    await page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    await press(page, "link", "Back to the console");
    await page
      .getByText(/stands? in the ledger, entr/)
      .first()
      .waitFor();
  }

  async function register(page: Page, name: string, isWhole: boolean): Promise<void> {
    await open(page, "s", "Secrets");
    await press(page, "link", "Register a secret");
    await page.getByRole("heading", { name: "Register a secret", level: 1 }).waitFor();
    await fill(page, "Name", name);
    await choose(page, "Kind", "database user");
    if (isWhole) await describeIt(page);
    await choose(page, "First value", "Generate");
    await press(page, "button", "Show what I will sign");
    await sign(page);
  }
  async function describeIt(page: Page): Promise<void> {
    await fill(page, "Owner", "payments-team");
    await choose(page, "Data class", "internal");
    await choose(page, "Tier", "low");
    await fill(page, "Rotation period", "30");
  }

  it("META-1 a service owner registers secrets, finds what is missing, and mends two with one touch", async () => {
    const { page } = olivia;
    await register(page, SECRET, true);
    for (const name of BARE) await register(page, name, false);
    await open(page, "s", "Secrets");
    await press(page, "link", "Fix 2 incomplete");
    await page.getByRole("heading", { name: "Fix metadata", level: 1 }).waitFor();
    await goTo(page, "checkbox", "All of these");
    await page.keyboard.press("Space");
    await describeIt(page);
    await press(page, "button", "Sign 2 at the desk");
    await signAtDesk(page);
    // What lacked its data class counts as personal data: others must agree before it is less.
    await open(page, "r", "Requests");
    await press(page, "link", "Yours");
    const edits = page.getByRole("link", { name: /reclassifies/ });
    await expect.poll(() => edits.count(), SETTLED).toBe(2);
  });

  it("CLASS-1 changes the metadata of one, from the list through what is open beside it to its page", async () => {
    const { page } = olivia;
    await open(page, "s", "Secrets");
    await search(page, "ledger-password", 1);
    await page.keyboard.press("Enter");
    const inspector = page.getByRole("complementary", { name: SECRET });
    await inspector.getByRole("heading", { name: "Policy" }).waitFor();
    await page.keyboard.press("ArrowRight");
    expect(await inspector.evaluate((it) => it === document.activeElement)).toBe(true);
    await page.keyboard.press("ArrowLeft");
    const row = page.locator("[data-row]").first();
    expect(await row.evaluate((it) => it === document.activeElement)).toBe(true);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: /ledger-password/ }).waitFor();
    await press(page, "button", "Change the metadata");
    await fill(page, "Owner", "ledger-team");
    await press(page, "button", "Show what I will sign");
    await sign(page);
    await page.getByText("ledger-team").first().waitFor(SETTLED);
  });

  it("DEL-1 REV-1 binds a workload, and revokes the binding with a reason", async () => {
    const { page } = olivia;
    await open(page, "w", "Workloads");
    await press(page, "button", "Bind a workload");
    await goTo(page, "combobox", "Secret");
    await page.keyboard.type("ledger");
    await page.getByRole("option", { name: /ledger-password/ }).waitFor();
    await page.keyboard.press("Enter");
    await fill(page, "Workload", WORKLOAD);
    await press(page, "button", "Show what I will sign");
    await sign(page);
    await open(page, "w", "Workloads");
    await search(page, "payments/ledger", 1);
    await page.keyboard.press("Enter");
    const inspector = page.getByRole("complementary", { name: WORKLOAD });
    await inspector.waitFor();
    await page.keyboard.press("ArrowRight");
    await press(page, "button", "Revoke");
    await fill(page, "Why", "The service was taken down");
    await press(page, "button", "Show what I will sign");
    await sign(page);
    await page.getByRole("table", { name: "Bindings" }).getByText("revoked").waitFor(SETTLED);
  });

  it("ID-1 a security admin links an account to somebody", async () => {
    const { page } = sam;
    await open(page, "p", "People and keys");
    await search(page, "theo", 1);
    await page.keyboard.press("Enter");
    await page.getByRole("complementary", { name: /Theo/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: /Theo/ }).waitFor();
    await press(page, "button", "Link an account");
    await expect
      .poll(() => page.getByRole("textbox", { name: "Issuer" }).inputValue())
      .toBe(running.issuer);
    await fill(page, "Subject", "theo-at-work");
    await press(page, "button", "Show what I will sign");
    await sign(page);
    await open(page, "r", "Requests");
    await press(page, "link", "Yours");
    await page.getByRole("link", { name: /links an account to Theo/ }).waitFor(SETTLED);
  });

  it("ID-2 an officer changes somebody's roles, and another officer still has to agree", async () => {
    const { page } = cass;
    await open(page, "p", "People and keys");
    await search(page, "eve", 1);
    await page.keyboard.press("Enter");
    await page.getByRole("complementary", { name: /Eve/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: /Eve/ }).waitFor();
    await press(page, "button", "Change roles");
    await goTo(page, "checkbox", "compliance auditor");
    await page.keyboard.press("Space");
    await press(page, "button", "Go on to the desk");
    await signAtDesk(page);
    await open(page, "r", "Requests");
    await press(page, "link", "Yours");
    await page.getByRole("link", { name: /changes the roles of Eve/ }).waitFor(SETTLED);
  });

  it("AUD-5 an auditor searches, walks from entry to entry, and sees the proof of each hold", async () => {
    const { page } = audrey;
    await open(page, "a", "Audit");
    await search(page, "The service was taken down", 1);
    await page.keyboard.press("Enter");
    const beside = page.getByRole("complementary", { name: /^Entry / });
    await beside.getByText("the proof holds").waitFor();
    await beside.getByText("The service was taken down").waitFor();
    await page.keyboard.press("Escape");
    await beside.waitFor({ state: "detached" });
    await page.keyboard.press("/");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.press("Delete");
    await expect.poll(() => page.locator("[data-row]").count(), SETTLED).toBeGreaterThan(15);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await beside.waitFor();
    const entries = new Set<string | null>();
    for (const key of ["j", "j", "ArrowDown", "k"]) {
      await beside.getByText("the proof holds").waitFor();
      entries.add(await beside.getAttribute("aria-label"));
      const before = page.url();
      await page.keyboard.press(key);
      await page.waitForURL((now) => now.href !== before);
    }
    expect(entries.size).toBe(4);
    await page.keyboard.press("Escape");
    await beside.waitFor({ state: "detached" });
    const here = await page.evaluate(() => document.activeElement?.hasAttribute("data-row"));
    expect(here, "the keyboard stays at the row").toBe(true);
  });

  it("AUD-5 copies what the filters leave, all of it, as a file that says that it proves nothing", async () => {
    const { page } = audrey;
    await open(page, "a", "Audit");
    await press(page, "link", "done");
    await page.waitForURL((now) => now.searchParams.get("outcome") === "done");
    await page.waitForLoadState("networkidle");
    const shown = await page.locator("[data-row]").count();
    expect(shown).toBeGreaterThan(15);
    const arriving = page.waitForEvent("download");
    await press(page, "button", /^CSV/);
    const file = await readFile(await (await arriving).path(), "utf8");
    const [mark, head, ...rows] = file.trimEnd().split("\r\n");
    expect(mark).toMatch(/^"?Unproven copy/);
    expect(head).toMatch(/^entry,at,act,/);
    // What was written between the two is there too.
    expect(rows.length).toBeGreaterThanOrEqual(shown);
    expect(new Set(rows.map((row) => row.split(",")[0])).size).toBe(rows.length);
    expect(rows.filter((row) => !row.includes(",done,"))).toEqual([]);
    await page.getByText(`${rows.length} rows copied`).first().waitFor();
  });

  it("a column that somebody takes away stays away, for them alone, and on every machine", async () => {
    const { page } = audrey;
    const hasWhere = (of: Page) => of.getByRole("columnheader", { name: "Where" }).count();
    await open(page, "a", "Audit");
    await page.getByRole("table", { name: "Entries" }).waitFor();
    expect(await hasWhere(page)).toBe(1);
    await press(page, "button", "Columns");
    await goTo(page, "menuitemcheckbox", "Where", "ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => hasWhere(page)).toBe(0);
    await page.keyboard.press("Escape");
    await page.waitForLoadState("networkidle");
    await page.reload();
    await page.getByRole("table", { name: "Entries" }).waitFor();
    await expect.poll(() => hasWhere(page)).toBe(0);
    await open(sam.page, "a", "Audit");
    await sam.page.getByRole("table", { name: "Entries" }).waitFor();
    expect(await hasWhere(sam.page)).toBe(1);
  });

  it("no page complained", () => {
    const all = [olivia, sam, cass, audrey].flatMap(({ complaints }) => complaints);
    expect(all).toEqual([]);
  });
});
