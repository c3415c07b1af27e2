import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../tests/support/browser.ts";
import { type Installation, startInstallation } from "../tests/support/installation.ts";
import { eventsOf, readLedger } from "../tests/support/ledger-reader.ts";
import { type OnLooker, ThreePeople } from "../tests/support/three-people.ts";

const NAME = "payments/prod/postgres/app-password";
const VALUE = "Xk3!vq9#Lw7@pz5$Rt2^nm8&";
const PICTURES = process.env.COUNTERSIGN_PICTURES;

/** Pictures of every page, where `COUNTERSIGN_PICTURES` names a folder for them. */
const photographer: OnLooker = {
  sees: async (moment, { page }) => {
    if (PICTURES === undefined) return;
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({ path: join(PICTURES, `${moment}.png`), fullPage: true });
  },
};

/*
 * The story of the product, with nothing left out: a service owner asks from the command line, two
 * security admins approve at the desk in a real browser with a hardware key, and the value arrives on
 * the service owner's device and nowhere else.
 */
describe("three people sign, one value arrives", () => {
  let installation: Installation;
  let browser: Browser;
  let story: ThreePeople;

  beforeAll(async () => {
    [installation, browser] = await Promise.all([startInstallation(), launchChromium()]);
    story = new ThreePeople(installation, browser, photographer);
  });
  afterAll(async () => {
    await browser?.close();
    await installation?.stop();
  });

  it("ID-1 three people enrol a hardware key with their one-time links", async () => {
    await story.enrol("Olivia");
    await story.enrol("Sam", 360);
    await story.enrol("Priya");
    const enrolled = installation.people().filter((it) => it.enrolled);
    expect(enrolled.map((it) => it.name.split(" ")[0])).toEqual(["Olivia", "Sam", "Priya"]);
  });

  it("JIT-1 JIT-2 BROWSER-1 the value arrives sealed on Olivia's device after Sam and Priya signed", async () => {
    const { terminal } = story;
    const login = await story.login();
    expect(await login.ended, login.shown()).toBe(0);
    const registering = await story.register(NAME, VALUE);
    expect(await registering.ended, registering.shown()).toBe(0);
    const { asking, words } = await story.ask(NAME);
    expect(words).toHaveLength(4);
    for (const word of words) expect(asking.shown()).toContain(word);
    await story.approve("Sam");
    await story.approve("Priya");
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
    for (const [name, { complaints }] of story.people) expect(complaints, name).toEqual([]);
    const home = join(installation.folder, "home-olivia");
    for (const file of readdirSync(home, { recursive: true, withFileTypes: true })) {
      if (file.isFile())
        expect(readFileSync(join(file.parentPath, file.name)).includes(VALUE), file.name).toBe(
          false,
        );
    }
  });
});
