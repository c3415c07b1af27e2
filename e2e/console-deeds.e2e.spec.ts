import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium, type Visitor, visitor } from "../tests/support/browser.ts";
import { type RunningConsole, startConsole } from "../tests/support/console-process.ts";

const SECRET = "payments/dev/api/partner-key";
const PROD_SECRET = "payments/prod/postgres/app-password";
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/*
 * What people do in the console, each time the same way: a form, the statement and who signs it, the desk, and back
 * to the page they came from, which says what became of it. Everything real; keys are the browser's own.
 */
describe("the console's deeds", () => {
  let running: RunningConsole;
  let browser: Browser;
  let olivia: Visitor;
  let sam: Visitor;

  beforeAll(async () => {
    [running, browser] = await Promise.all([startConsole(), launchChromium()]);
    olivia = await signedIn("Olivia");
    sam = await signedIn("Sam");
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
    await page.getByRole("button", { name: "Create the key" }).click();
    await signAtDesk(page);
    await page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    await page.goto(`${running.origin}/status`);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("button", { name: new RegExp(name) }).click();
    await signAtDesk(page);
    await page.waitForURL(`${running.origin}/status`);
    return person;
  }
  const signAtDesk = (page: Page) =>
    page.getByRole("button", { name: "Sign", exact: true }).click();

  async function open(page: Page, address: string, title: string): Promise<void> {
    await page.goto(running.origin + address);
    await page.getByRole("heading", { name: title, level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
  }
  /** On both themes, wide and narrow: what axe finds, and whether anything is wider than the window. */
  async function faults(page: Page): Promise<unknown[]> {
    const found: unknown[] = [];
    for (const colorScheme of ["light", "dark"] as const)
      for (const width of [1440, 360]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.setViewportSize({ width, height: 900 });
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
  /** From the form to the desk and back: the statement is read first, and the page says that it was signed. */
  async function signWhatWasDrawnUp(page: Page, back: RegExp): Promise<void> {
    await page.getByRole("region", { name: "What you will sign" }).waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole("link", { name: "Sign at the desk" }).click();
    await signAtDesk(page);
    await page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    await page.getByRole("link", { name: "Back to the console" }).click();
    await page.waitForURL(back);
    await page.getByText("It stands in the ledger, entry").first().waitFor();
    await expect.poll(() => new URL(page.url()).searchParams.has("draft")).toBe(false);
  }

  /** A production secret with personal data, and a workload that may fetch it: that waits for others. By keyboard. */
  async function bindFromTheList(page: Page): Promise<void> {
    await open(page, "/secrets/new", "Register a secret");
    await page.getByLabel("Name").fill(PROD_SECRET);
    await page.getByLabel("Kind").selectOption("database-user");
    await page.getByLabel("Data class").selectOption("pii");
    await page.getByLabel("Tier").selectOption("high");
    await page.getByLabel("First value").selectOption("generated");
    await page.getByRole("button", { name: "Show what I will sign" }).click();
    await signWhatWasDrawnUp(page, /\/secrets/);
    await open(page, "/workloads", "Workloads");
    await page.getByRole("button", { name: "Bind a workload" }).press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox", { name: "Secret" }).pressSequentially("postgres");
    await page.getByRole("option", { name: /app-password/ }).waitFor();
    await page.keyboard.press("Enter");
    await dialog.getByRole("button", { name: `Remove ${PROD_SECRET}` }).waitFor();
    await dialog.getByLabel("Workload").fill("spiffe://acme.example/prod/payments/api");
    await page.keyboard.press("Enter");
    await signWhatWasDrawnUp(page, /\/workloads/);
  }

  it("META-1 BROWSER-1 registers a secret: problems beside their fields, no field for a value, commands to put one", async () => {
    const { page } = olivia;
    await open(page, "/secrets/new", "Register a secret");
    await page.getByRole("button", { name: "Show what I will sign" }).click();
    await page.getByText("Write service/environment/path/name").waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("name");
    expect(await faults(page)).toEqual([]);
    expect(await page.locator("input[type=password], input[name*=value], textarea").count()).toBe(
      0,
    );
    await page.getByLabel("Name").fill(`secret://${SECRET}`);
    await page.getByLabel("Kind").selectOption("external-api-key");
    await page.getByLabel("Owner").fill("payments-team");
    await page.getByLabel("Data class").selectOption("internal");
    await page.getByLabel("Tier").selectOption("low");
    await page.getByLabel("Rotation period").fill("90");
    await page.getByRole("button", { name: "Show what I will sign" }).click();
    await page.getByText(`secrets put ${SECRET} --stdin`).waitFor();
    await signWhatWasDrawnUp(page, /\/secrets/);
    await page.getByRole("link", { name: /partner-key/ }).waitFor({ timeout: 20_000 });
  });

  it("DEL-1 binds a workload from the secret's page: who must sign is shown before anybody is asked", async () => {
    const { page } = olivia;
    await open(page, `/secrets?q=partner`, "Secrets");
    await page.getByRole("link", { name: /partner-key/ }).click();
    await page.getByRole("link", { name: "Open as a page" }).click();
    await page.getByRole("heading", { level: 1, name: /partner-key/ }).waitFor();
    await page.getByRole("button", { name: "Bind a workload" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Workload").fill("spiffe://Acme/api");
    await dialog.getByRole("button", { name: "Show what I will sign" }).click();
    await dialog.getByText("Write its SPIFFE ID").waitFor();
    expect(await faults(page)).toEqual([]);
    await dialog.getByLabel("Workload").fill("spiffe://acme.example/dev/payments/api");
    await dialog.getByRole("button", { name: "Show what I will sign" }).click();
    await signWhatWasDrawnUp(page, /\/secrets\/s-/);
  });

  it("CLASS-1 changes the metadata: what does not differ is not drawn up, what does is shown with its chain", async () => {
    const { page } = olivia;
    await page.getByRole("button", { name: "Change the metadata" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Show what I will sign" }).click();
    await dialog.getByText("Nothing differs").waitFor();
    await dialog.getByLabel("Tier").selectOption("critical");
    await dialog.getByRole("button", { name: "Show what I will sign" }).click();
    await signWhatWasDrawnUp(page, /\/secrets\/s-/);
  });

  it("JIT-1 whoever can sign is told, sees the count, and whoever asked sees that they were", async () => {
    const { page } = sam;
    await expect
      .poll(
        async () => {
          await page.reload();
          await page.waitForLoadState("networkidle");
          return page.getByRole("link", { name: /^Notifications, \d+ not seen$/ }).count();
        },
        { timeout: 20_000 },
      )
      .toBe(1);
    await page.getByRole("link", { name: /^Notifications, / }).click();
    await page.getByRole("heading", { name: "Notifications", level: 1 }).waitFor();
    await page.getByRole("list", { name: "Notifications" }).waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole("button", { name: "I have seen all" }).click();
    await page.getByRole("link", { name: "Notifications", exact: true }).waitFor();
    await open(olivia.page, "/requests?which=mine", "Requests");
    await olivia.page
      .getByRole("link", { name: /partner-key/ })
      .first()
      .click();
    await olivia.page.getByRole("link", { name: "Open as a page" }).click();
    const told = olivia.page.getByRole("region", { name: "Who was told" });
    await told.getByText("Sam Okafor").waitFor();
    await told.getByText("seen in their notifications").waitFor();
    expect(await faults(olivia.page)).toEqual([]);
  });

  it("JIT-2 several that wait are signed with one touch, and the desk shows each of them again", async () => {
    await bindFromTheList(olivia.page);
    const { page } = sam;
    await open(page, "/requests", "Requests");
    const boxes = page.getByRole("checkbox", { name: /^Choose/ });
    await expect.poll(() => boxes.count(), { timeout: 20_000 }).toBeGreaterThan(1);
    const count = await boxes.count();
    for (const box of await boxes.all()) await box.check();
    expect(await faults(page)).toEqual([]);
    await page.getByRole("button", { name: `Approve ${count} at the desk` }).click();
    await page.getByText(`1 of ${count}`).first().waitFor();
    await page.getByRole("button", { name: `Sign all ${count}` }).click();
    await page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    await page.getByRole("link", { name: "Back to the console" }).click();
    await page.getByText(`Signed all ${count}`).first().waitFor();
    await page.getByText("They stand in the ledger, entries").first().waitFor();
    await page.getByText("Nothing waits for you").waitFor();
  });

  it("ID-1 links an account to a person, and ends one thing of theirs with a reason", async () => {
    const { page } = sam;
    await open(page, "/people?q=olivia", "People and keys");
    await page.getByRole("link", { name: /Olivia/ }).click();
    await page.getByRole("link", { name: "Open as a page" }).click();
    await page.getByRole("button", { name: "Link an account" }).click();
    const dialog = page.getByRole("dialog");
    await expect.poll(() => dialog.getByLabel("Issuer").inputValue()).toBe(running.issuer);
    await dialog.getByLabel("Subject").fill("olivia-at-work");
    await dialog.getByRole("button", { name: "Show what I will sign" }).click();
    await signWhatWasDrawnUp(page, /\/people\/p-/);
    const keys = page.getByRole("region", { name: "Hardware keys" });
    await keys.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Show what I will sign" }).click();
    await page.getByText("Say why, in a sentence").waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole("dialog").getByLabel("Why").fill("It was left on a train");
    await page.getByRole("dialog").getByRole("button", { name: "Show what I will sign" }).click();
    await page.getByRole("region", { name: "What you will sign" }).waitFor();
    // Going to the desk and not signing changes nothing, and the page says so.
    await page.getByRole("link", { name: "Sign at the desk" }).click();
    await page.getByRole("button", { name: "Do not sign" }).click();
    await page.getByRole("link", { name: "Back to the console" }).click();
    await page.waitForURL(/\/people\/p-/);
    await page.getByText("You did not sign").first().waitFor();
    await keys.getByText("active").waitFor();
  });

  it("ROT-2 Overview shows how old values are against policy, with the numbers in a table behind it", async () => {
    const { page } = olivia;
    await open(page, "/", "Overview");
    const ages = page.getByRole("region", { name: "Age of values against policy" });
    await ages.getByText("As a table").click();
    const row = ages.getByRole("row", { name: /high/ });
    await expect
      .poll(() => row.getByRole("cell").allInnerTexts())
      .toEqual(["1", "0", "0", "0", "0"]);
    await page.getByRole("heading", { name: "Who reads what, the last 30 days" }).waitFor();
    expect(await faults(page)).toEqual([]);
  });

  it("OBS-1 Status shows every part with what it means, and axe finds nothing there", async () => {
    const { page } = sam;
    await open(page, "/status", "Status");
    for (const part of ["Key service", "Hardware security module", "Checker", "Notifications"])
      await page.getByText(part, { exact: true }).first().waitFor();
    expect(await faults(page)).toEqual([]);
  });

  it("no page complained", () => {
    expect([...olivia.complaints, ...sam.complaints]).toEqual([]);
  });
});
