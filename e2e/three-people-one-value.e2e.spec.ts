import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CommandLine } from "../tests/support/command-line.ts";
import { type Installation, startInstallation } from "../tests/support/installation.ts";
import { eventsOf, readLedger } from "../tests/support/ledger-reader.ts";
import { launchChromium, type Visitor, visitor } from "./desk/browser.ts";

const NAME = "payments/prod/postgres/app-password";
const VALUE = "Xk3!vq9#Lw7@pz5$Rt2^nm8&";

/*
 * The story of the product, with nothing left out: a service owner asks from the command line, two
 * security admins approve at the desk in a real browser with a hardware key, and the value arrives on
 * the service owner's device and nowhere else.
 */
describe("three people sign, one value arrives", () => {
  let installation: Installation;
  let browser: Browser;
  const people = new Map<string, Visitor>();
  const pictures = process.env.COUNTERSIGN_PICTURES;

  const at = (name: string): Visitor => {
    const found = people.get(name);
    if (found === undefined) throw new Error(`${name} is not here`);
    return found;
  };
  const picture = async (page: Page, name: string) => {
    if (pictures === undefined) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  };
  const sign = async ({ page }: Visitor) => {
    const button = page.getByRole("button", { name: "Sign", exact: true });
    await button.click();
  };
  const enrol = async (name: string, width: number) => {
    const invited = installation.people().find((it) => it.name.startsWith(name));
    const person = await visitor(browser, { width });
    people.set(name, person);
    await person.page.goto(invited?.enrolmentLink ?? "");
    await person.page.getByRole("button", { name: "Create the key" }).click();
    await person.page.getByRole("button", { name: "Sign", exact: true }).waitFor();
    await picture(person.page, `1-${name}-enrols`);
    await sign(person);
    await person.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
  };

  beforeAll(async () => {
    [installation, browser] = await Promise.all([startInstallation(), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await installation?.stop();
  });

  it("ID-1 three people enrol a hardware key with their one-time links", async () => {
    await enrol("Olivia", 1280);
    await enrol("Sam", 360);
    await enrol("Priya", 1280);
    const enrolled = installation.people().filter((it) => it.enrolled);
    expect(enrolled.map((it) => it.name.split(" ")[0])).toEqual(["Olivia", "Sam", "Priya"]);
  });

  it("JIT-1 JIT-2 BROWSER-1 the value arrives sealed on Olivia's device after Sam and Priya signed", async () => {
    const olivia = at("Olivia");
    const terminal = new CommandLine(installation, "olivia");

    const login = terminal.start(
      ["login", "--url", installation.deskOrigin, "--label", "Olivia's laptop"],
      {
        env: { BROWSER: "true" },
      },
    );
    const [link] = await login.until(/http:\/\/desk\.localhost:\d+\/login\/[\w-]+/);
    await olivia.page.goto(link);
    await olivia.page.getByRole("button", { name: "Touch your key" }).click();
    await olivia.page.getByRole("button", { name: "Show me what I sign" }).click();
    await olivia.page.getByRole("button", { name: "Sign", exact: true }).waitFor();
    await picture(olivia.page, "2-Olivia-enrols-her-laptop");
    await sign(olivia);
    expect(await login.ended, login.shown()).toBe(0);

    const registering = terminal.start(
      [
        "register",
        NAME,
        "--type",
        "database-credential",
        "--category",
        "database-user",
        "--owner",
        "payments-team",
      ].concat([
        "--service",
        "payments",
        "--classification",
        "pii",
        "--tier",
        "high",
        "--rotation-days",
        "30",
        "--stdin",
      ]),
      { input: VALUE },
    );
    const [registerLink] = await registering.until(/http:\/\/desk\.localhost:\d+\/d\/[\w-]+/);
    await olivia.page.goto(registerLink);
    await sign(olivia);
    expect(await registering.ended, registering.shown()).toBe(0);

    const asking = terminal.start([
      "request",
      NAME,
      "--why",
      "Restoring the failed payouts of this morning",
      "--ticket",
      "PAY-1412",
    ]);
    const [askLink] = await asking.until(/http:\/\/desk\.localhost:\d+\/d\/[\w-]+/);
    await olivia.page.goto(askLink);
    await olivia.page.getByRole("button", { name: "Sign", exact: true }).waitFor();
    await picture(olivia.page, "3-Olivia-asks");
    const words = await olivia.page
      .getByRole("group", { name: /four words/ })
      .getByRole("listitem")
      .allInnerTexts();
    expect(words).toHaveLength(4);
    for (const word of words) expect(asking.shown()).toContain(word);
    await sign(olivia);

    for (const name of ["Sam", "Priya"]) {
      const approver = at(name);
      await approver.page.goto(installation.deskOrigin);
      await approver.page.getByRole("button", { name: "Touch your key" }).click();
      await approver.page.getByRole("heading", { name: /waits for you/ }).waitFor();
      await picture(approver.page, `4-${name}-inbox`);
      await approver.page
        .getByRole("link", { name: /payments/ })
        .first()
        .click();
      await approver.page.getByRole("button", { name: "Approve" }).click();
      await approver.page.getByRole("button", { name: "Sign", exact: true }).waitFor();
      await picture(approver.page, `5-${name}-approves`);
      await sign(approver);
      await approver.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
      await picture(approver.page, `6-${name}-signed`);
    }
    expect(await asking.ended, asking.shown()).toBe(0);

    const got = await terminal.run(["get", NAME]);
    expect(got.stdout().toString("utf8")).toBe(VALUE);
    const again = await terminal.run(["get", NAME], { expected: 6 });
    expect(again.shown()).not.toContain(VALUE);
    const verified = await terminal.run(["log", "verify"]);
    expect(verified.shown()).toMatch(/signed by the pinned key/);
  });

  it("AUD-1 AUD-2 the ledger has every step in order, with the signatures of three people", async () => {
    const entries = await readLedger(installation.database);
    const types = entries.flatMap((entry) => entry.events.map((event) => event.type));
    const story = [
      "GenesisDeclared",
      "KeyEnrolled",
      "DeviceEnrolled",
      "SecretRegistered",
      "VersionAdded",
    ].concat([
      "ProposalMade",
      "ProposalApproved",
      "ProposalApproved",
      "ProposalAccepted",
      "GrantIssued",
      "ReleaseIntended",
      "ReleaseDone",
    ]);
    let from = 0;
    for (const type of story) {
      const found = types.indexOf(type, from);
      expect(found, `${type} after ${types[from - 1]}`).toBeGreaterThanOrEqual(from);
      from = found;
    }
    const signers = entries.flatMap((entry) =>
      entry.evidence === null ? [] : [JSON.stringify(entry.evidence)],
    );
    expect(signers.length).toBeGreaterThanOrEqual(7);
    expect(eventsOf(entries, "ReleaseIntended")).toHaveLength(1);
    expect(JSON.stringify(entries)).not.toMatch(/Olivia|payouts|PAY-1412/);
  });

  it("BROWSER-1 no page complained, and the value is in no file of Olivia's home", () => {
    for (const [name, { complaints }] of people) expect(complaints, name).toEqual([]);
    const home = join(installation.folder, "home-olivia");
    for (const file of readdirSync(home, { recursive: true, withFileTypes: true })) {
      if (file.isFile())
        expect(readFileSync(join(file.parentPath, file.name)).includes(VALUE), file.name).toBe(
          false,
        );
    }
  });
});
