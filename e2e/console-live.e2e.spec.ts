import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HIDDEN_MS } from "../app/_trpc/listening.ts";
import { launchChromium, type Visitor, visitor } from "../tests/support/browser.ts";
import { type RunningConsole, startConsole } from "../tests/support/console-process.ts";

const STREAM = "/api/trpc/live.changes";
/** What a person who watches takes for "at once". */
const AT_ONCE_MS = 1_000;

/*
 * What people see without a touch when somebody else does something. Two browsers, every process real, nothing polled
 * in between: a page that only asks every now and then would be seconds too late.
 */
describe("the console's live pages", () => {
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

  const signAtDesk = (page: Page) =>
    page.getByRole("button", { name: "Sign", exact: true }).click();

  async function signedIn(name: string): Promise<Visitor> {
    const invited = running.installation.people().find((it) => it.name.startsWith(name));
    const person = await visitor(browser, { width: 1440 });
    person.page.setDefaultTimeout(10_000);
    await person.page.goto(invited?.enrolmentLink ?? "");
    await person.page.getByRole("button", { name: "Create the key" }).click();
    await signAtDesk(person.page);
    await person.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    await signInAgain(person.page, name);
    return person;
  }
  async function signInAgain(page: Page, name: string): Promise<void> {
    await page.goto(`${running.origin}/status`);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("button", { name: new RegExp(name) }).click();
    await signAtDesk(page);
    await page.waitForURL(`${running.origin}/status`);
  }
  /** Opens a page and waits until the console tells it of changes. */
  async function watch(page: Page, address: string): Promise<void> {
    const stream = page.waitForResponse((it) => it.url().includes(STREAM));
    await page.goto(running.origin + address);
    expect((await stream).status()).toBe(200);
    await page.waitForLoadState("load");
  }
  /** To the desk with what was drawn up; it is signed there, and the key service has it when this returns. */
  async function signs(page: Page): Promise<void> {
    await page.getByRole("link", { name: "Sign at the desk" }).click();
    await signAtDesk(page);
    await page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
  }
  /** Olivia registers a production secret with personal data, which takes nobody else. */
  async function registers(name: string): Promise<void> {
    const { page } = olivia;
    await page.goto(`${running.origin}/secrets/new`);
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Kind").selectOption("database-user");
    await page.getByLabel("Data class").selectOption("pii");
    await page.getByLabel("Tier").selectOption("high");
    await page.getByLabel("First value").selectOption("generated");
    await page.getByRole("button", { name: "Show what I will sign" }).click();
    await signs(page);
  }
  /** Olivia asks that a workload may fetch it, which waits for Sam. */
  async function asks(name: string): Promise<void> {
    await registers(name);
    const { page } = olivia;
    await page.goto(`${running.origin}/workloads`);
    await page.getByRole("button", { name: "Bind a workload" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox", { name: "Secret" }).pressSequentially(name);
    await page.getByRole("option", { name: new RegExp(name.split("/").at(-1) ?? name) }).click();
    await dialog.getByLabel("Workload").fill("spiffe://acme.example/prod/payments/api");
    await page.getByRole("button", { name: "Show what I will sign" }).click();
    await signs(page);
  }

  it("BROWSER-1 what Olivia asks stands in Sam's inbox and in his count within a second, without a touch", async () => {
    const { page } = sam;
    await watch(page, "/requests");
    await page.getByText("Nothing waits for you").waitFor();
    await asks("payments/prod/postgres/live-one");
    const from = performance.now();
    await page.getByRole("link", { name: /live-one/ }).waitFor();
    await page.getByRole("link", { name: /^Requests.*waits for you: 1/ }).waitFor();
    expect(performance.now() - from).toBeLessThan(AT_ONCE_MS);
    // Told a moment later, by whoever tells people of news.
    await page.getByRole("link", { name: /^Notifications, 1 not seen$/ }).waitFor();
  });

  it("JIT-1 the signature line fills in before Olivia's eyes when Sam signs", async () => {
    await watch(olivia.page, "/requests?which=mine");
    await olivia.page.getByRole("link", { name: /binds a workload to .*live-one/ }).click();
    const lines = olivia.page.getByRole("complementary", { name: /live-one/ });
    await lines.getByText("Not signed yet").first().waitFor({ state: "attached" });
    const { page } = sam;
    await page.getByRole("link", { name: /live-one/ }).focus();
    await page.keyboard.press("a");
    await page.waitForURL(/^http:\/\/desk\./);
    await signAtDesk(page);
    await page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    const from = performance.now();
    await lines.getByText("Sam Okafor").first().waitFor();
    expect(performance.now() - from).toBeLessThan(AT_ONCE_MS);
  });

  it("a page that nobody looks at gives its stream back, and asks for what it missed when it is looked at", async () => {
    const { page } = sam;
    await watch(page, "/requests");
    const look = (state: "hidden" | "visible") =>
      page.evaluate((it) => {
        Object.defineProperty(document, "visibilityState", { value: it, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, state);
    const closed = page.waitForEvent("requestfailed", {
      predicate: (it) => it.url().includes(STREAM),
      timeout: 3 * HIDDEN_MS,
    });
    await look("hidden");
    await closed;
    await asks("payments/prod/postgres/live-two");
    await look("visible");
    await page.getByRole("link", { name: /live-two/ }).waitFor();
  });

  it("comes back by itself to a console that was stopped; the stop waits for no page", async () => {
    const { page } = sam;
    await watch(page, "/requests");
    expect(await running.stopPages()).toBeLessThan(3_000);
    const again = page.waitForResponse((it) => it.url().includes(STREAM) && it.status() === 200, {
      timeout: 120_000,
    });
    await running.startPages();
    await again;
    await asks("payments/prod/postgres/live-three");
    const from = performance.now();
    await page.getByRole("link", { name: /live-three/ }).waitFor();
    expect(performance.now() - from).toBeLessThan(2 * AT_ONCE_MS);
  });

  it("ID-1 signing out in one window takes every other window of the session to the sign-in page at once", async () => {
    const { page, context } = sam;
    await watch(page, "/requests");
    const other = await context.newPage();
    await watch(other, "/people");
    await other.getByRole("button", { name: /Sam Okafor/ }).click();
    await other.getByRole("menuitem", { name: "Sign out", exact: true }).click();
    const from = performance.now();
    await page.waitForURL(/\/sign-in/);
    expect(performance.now() - from).toBeLessThan(2 * AT_ONCE_MS);
  });

  it("no page complained", () => {
    // A browser says in its console that a server is away, or that a session is over.
    const own = [...olivia.complaints, ...sam.complaints];
    expect(own.filter((it) => !/401|ERR_CONNECTION_REFUSED/.test(it))).toEqual([]);
  });
});
