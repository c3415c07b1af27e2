import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { refuse } from "@countersign/protocol/refusals";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  approval,
  openDraft,
  path,
  sam,
  scene,
  settle,
  signButton,
  signed,
  startDesk,
  stopDesk,
  violations,
  world,
} from "./desk/desk-bench.ts";
import { requestStatement } from "./desk/statements.ts";
import { armed, released, STATES, signIn } from "./desk/states.ts";

beforeAll(startDesk);
afterAll(stopDesk);
afterEach(settle);

/** A folder for pictures of every view and state, to be looked at; none where it is not named. */
const PICTURES = process.env.COUNTERSIGN_PICTURES;

async function picture(name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  const path = join(PICTURES, `${name.replaceAll(/[^a-z0-9]+/gi, "-")}.png`);
  await sam.page.screenshot({ path, fullPage: true });
}

const ALL_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const COLOUR_RULES = ["color-contrast", "color-contrast-enhanced", "target-size"];
/** Each theme and each width with every rule; the other two of the four with what depends on colour and size. */
const LOOKS = [
  ["light", 1280, ALL_RULES],
  ["dark", 1280, COLOUR_RULES],
  ["light", 360, COLOUR_RULES],
  ["dark", 360, ALL_RULES],
] as const satisfies [string, number, string[]][];

describe("every view and state", () => {
  it.each(Object.keys(STATES) as (keyof typeof STATES)[])(
    "ID-1 %s: axe finds nothing, in light and dark, at 1280 and 360 px, and nothing is written to the console",
    async (name) => {
      await STATES[name](scene);
      for (const [colorScheme, width, rules] of LOOKS) {
        await sam.page.emulateMedia({ colorScheme });
        await sam.page.setViewportSize({ width, height: 800 });
        await picture(`${name} ${colorScheme} ${width}`);
        const { violations: found } = await new AxeBuilder({ page: sam.page })
          .setLegacyMode(true) // one document, no frames: no second tab for each run
          .options({ runOnly: rules, rules: { "color-contrast-enhanced": { enabled: true } } })
          .analyze();
        const said = found.map((it) => `${it.id} ${it.nodes.map((node) => node.target).join(" ")}`);
        expect({ colorScheme, width, said }).toEqual({ colorScheme, width, said: [] });
        const wide = await sam.page.evaluate(() => document.documentElement.scrollWidth);
        expect(wide).toBeLessThanOrEqual(width);
      }
      await sam.page.setViewportSize({ width: 1280, height: 900 });
      await sam.page.emulateMedia({ colorScheme: "light" });
      expect(
        await sam.page.getByText("Development installation: keys are not attested.").isVisible(),
      ).toBe(true);
      released.get(world)?.();
      expect(violations()).toEqual([]);
    },
  );

  it("says so where it cannot learn what kind of installation this is, and asks again when told to", async () => {
    const unknown = "Whether this is a development installation could not be learnt.";
    await sam.page.route("**/people/v1/hello", (route) => route.abort(), { times: 2 });
    await sam.page.goto(path("/"));
    await sam.page.getByText(unknown).waitFor();
    const again = sam.page.getByRole("button", { name: "Ask again" });
    await again.click();
    await sam.page.getByText(unknown).waitFor();
    await again.click();
    await sam.page.getByText("Development installation: keys are not attested.").waitFor();
    expect(await sam.page.getByText(unknown).count()).toBe(0);
  });

  it("says nothing of development where the installation is a real one", async () => {
    world.mode = "production";
    await sam.page.goto(path("/"));
    await sam.page.getByRole("heading", { level: 1 }).waitFor();
    expect(await sam.page.getByText("Development installation").isVisible()).toBe(false);
    world.mode = "development";
  });
});

describe("by keyboard alone, for those who hear the page", () => {
  it("ID-1 goes from the inbox to a signature", async () => {
    world.proposals.clear();
    world.propose(await requestStatement());
    world.propose(await requestStatement({ names: ["ledger/prod/redis/cache"] }));
    await signIn(scene);
    const { keyboard } = sam.page;
    const focused = () =>
      sam.page.evaluate(() => {
        const { activeElement, body } = document;
        return activeElement === body ? "" : (activeElement?.textContent ?? "");
      });
    const tabTo = async (text: RegExp) => {
      for (let i = 0; i < 30 && !text.test(await focused()); i++) await keyboard.press("Tab");
      expect(await focused()).toMatch(text);
    };
    await tabTo(/app-password/);
    await keyboard.press("ArrowDown");
    expect(await focused()).toMatch(/ledger\/prod\/redis\/cache/);
    await keyboard.press("ArrowUp");
    await keyboard.press("Enter");
    await sam.page.getByRole("button", { name: "Approve" }).waitFor();
    await tabTo(/^Approve$/);
    await keyboard.press("Enter");
    await armed(sam);
    await tabTo(/^Sign$/);
    const before = signed();
    await keyboard.press("Enter");
    await sam.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    expect(signed()).toBe(before + 1);
    expect(await focused()).toBe("Signed");
  });

  it("shows where the focus is, on everything that takes it", async () => {
    await STATES["a request to decide"](scene);
    const bare = await sam.page.evaluate(() => {
      const all = [...document.querySelectorAll<HTMLElement>("a, button, input, textarea")].filter(
        (it) => it.checkVisibility(),
      );
      return all.flatMap((it) => {
        it.focus({ focusVisible: true } as FocusOptions);
        return getComputedStyle(it).outlineStyle === "none" ? [it.outerHTML] : [];
      });
    });
    expect(bare).toEqual([]);
  });

  it("names what matters", async () => {
    await openDraft((await approval()).made);
    await armed(sam);
    const main = sam.page.getByRole("main");
    await main
      .getByRole("article", {
        name: /^Sam Okafor approves: Olivia Hart asks to use payments\/prod/,
      })
      .waitFor();
    await main.getByRole("list", { name: "Your signature" }).getByText("Not signed yet:").waitFor();
    expect(await signButton().getAttribute("aria-describedby")).toBe("sign-hint");
    expect(await sam.page.getByRole("status").textContent()).toBe("Ready to sign.");
    const live = sam.page.getByRole("status");
    await signButton().click();
    await sam.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    expect(await live.textContent()).toMatch(/^Signed\./);
  });

  it("moves nothing for those who ask for no motion, nor for anybody else", async () => {
    for (const reducedMotion of ["reduce", "no-preference"] as const) {
      await sam.page.emulateMedia({ reducedMotion });
      await openDraft(await requestStatement());
      await armed(sam);
      const moving = await sam.page.evaluate(() => document.getAnimations().length);
      expect(moving).toBe(0);
    }
    await sam.page.emulateMedia({ reducedMotion: "reduce" });
  });
});

describe("when something is wrong", () => {
  it.each([
    ["draft-gone", "There is nothing left to sign here"],
    ["draft-expired", "It is too late to sign this"],
    ["rate-limited", "Too many tries"],
    ["unavailable", "The key service cannot do this now"],
    ["clock-differs", "The key service does not trust its clock now"],
  ] as const)("tells %s in words, with what to do and a reference", async (code, title) => {
    world.refuseNext.set(
      "/desk/v1/drafts/read",
      refuse(code, "This is the sentence of the key service."),
    );
    await openDraft(await requestStatement());
    await sam.page.getByRole("heading", { name: title }).waitFor();
    await sam.page.getByText("This is the sentence of the key service.").waitFor();
    await sam.page.getByText(/Reference [0-9a-z]{16}/).waitFor();
  });

  it("can be signed after a key failed and the person tries again", async () => {
    await openDraft(await requestStatement());
    await armed(sam);
    await sam.cdp.send("WebAuthn.setUserVerified", {
      authenticatorId: sam.authenticatorId,
      isUserVerified: false,
    });
    await signButton().click();
    await sam.page.getByRole("alert").getByText("No key was touched").waitFor();
    await sam.cdp.send("WebAuthn.setUserVerified", {
      authenticatorId: sam.authenticatorId,
      isUserVerified: true,
    });
    await armed(sam);
    await signButton().click();
    await sam.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
  });

  it("can be signed after the network was gone for a moment", async () => {
    await openDraft(await requestStatement());
    await armed(sam);
    await sam.page.route("**/desk/v1/drafts/sign", (route) => route.abort(), { times: 1 });
    await signButton().click();
    await sam.page.getByRole("alert").getByText("does not answer").waitFor();
    await armed(sam);
    await signButton().click();
    await sam.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
  });
});
