import { createServer } from "node:http";
import { AxeBuilder } from "@axe-core/playwright";
import { toBase64url } from "@countersign/protocol/bytes";
import { asDigest, digestBytes, listDigest } from "@countersign/protocol/digest";
import { openStatement } from "@countersign/protocol/openings";
import { refuse } from "@countersign/protocol/refusals";
import { render } from "@countersign/protocol/rendering";
import { digestWords } from "@countersign/protocol/words";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ARMING_MS } from "../server/key-service/desk/page/arming.ts";
import { safeNext } from "../server/key-service/desk/page/safe-next.ts";
import { buildPage, launchChromium, type Visitor, visitor } from "./desk/browser.ts";
import { DeskWorld } from "./desk/desk-world.ts";
import {
  decisionStatement,
  enrolDeviceStatement,
  type Made,
  requestStatement,
  SAM,
} from "./desk/statements.ts";
import {
  armed,
  enrolSam,
  LOGIN,
  released,
  type Scene,
  STATES,
  signIn,
  signOut,
  TOKEN,
} from "./desk/states.ts";

/*
 * The desk page in a real Chromium with a virtual security key, against the real listener. Everything that
 * the key signs is verified as the key service verifies it; in place of the ledger stands a counter.
 */

let browser: Browser;
let directory: string;
let world: DeskWorld;
let stop: () => Promise<void>;
let sam: Visitor;
let scene: Scene;

beforeAll(async () => {
  [browser, directory] = await Promise.all([launchChromium(), buildPage()]);
  world = new DeskWorld();
  ({ stop } = await world.start(directory));
  sam = await visitor(browser);
  scene = { world, visitor: sam };
  await enrolSam(scene);
});
afterAll(async () => {
  await browser?.close();
  await stop?.();
});
afterEach(() => {
  world.tamper.clear();
  world.refuseNext.clear();
  world.held.clear();
  sam.complaints.length = 0;
  expect(world.faults.splice(0)).toEqual([]);
});

const signButton = () => sam.page.getByRole("button", { name: "Sign", exact: true });
const signed = () => world.signed.length;
const path = (to: string) => world.origin + to;

async function approval(): Promise<{ about: Made; made: Made }> {
  const about = await requestStatement();
  return { about, made: await decisionStatement({ kind: "approve", by: SAM, about }) };
}
async function openDraft(made: Made): Promise<void> {
  await sam.page.goto(path(`/d/${world.draft(made, SAM)}`));
}

/** What Chromium itself writes to the console for an answer that is a refusal. */
const REFUSAL_NOISE =
  /^Failed to load resource: (the server responded with a status of 4\d\d|net::ERR_FAILED)/;
const violations = () => sam.complaints.filter((it) => !REFUSAL_NOISE.test(it));

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

  it("says nothing of development where the installation is a real one", async () => {
    world.mode = "production";
    await sam.page.goto(path("/"));
    await sam.page.getByRole("heading", { level: 1 }).waitFor();
    expect(await sam.page.getByText("Development installation").isVisible()).toBe(false);
    world.mode = "development";
  });
});

describe("what is signed", () => {
  it("ID-1 is the digest of the very bytes that the page shows", async () => {
    const { made } = await approval();
    await openDraft(made);
    const opened = await openStatement(made.bytes, made.openings);
    if (!opened.ok) throw new Error("the fixture does not open");
    const card = render(opened.value);
    expect(await sam.page.getByRole("heading", { level: 1 }).textContent()).toBe(card.title);
    for (const sentence of [...card.sentences, ...(card.about?.sentences ?? [])]) {
      await sam.page.getByText(sentence).waitFor();
    }
    const shown = await sam.page.locator("dt").allTextContents();
    const fields = [...card.fields, ...(card.about?.fields ?? [])];
    expect(shown.sort()).toEqual(fields.map((it) => it.label).sort());
    const text = (await sam.page.locator("dd").allTextContents()).join("\n");
    for (const field of fields.filter((it) => it.face !== "time"))
      expect(text).toContain(field.value);
    expect(await sam.page.locator(".words li").allTextContents()).toEqual([...card.words]);
    await armed(sam);
    await signButton().click();
    await sam.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    expect(signed()).toBeGreaterThan(0);
    expect(await sam.page.locator(".line.signed .rule").textContent()).toBe("Sam Okafor");
    await sam.page.getByText(/in the ledger, entry \d+/).waitFor();
  });

  it("ID-1 of a list is the digest of its digests, in the order shown", async () => {
    const all = await Promise.all([0, 1, 2].map(() => approval()));
    const ids = all.map(({ made }) => world.draft(made, SAM));
    await sam.page.goto(path(`/d?ids=${ids.join(",")}`));
    await armed(sam);
    expect(await sam.page.getByRole("article").count()).toBe(3);
    const before = signed();
    await sam.page.getByRole("button", { name: "Sign all 3" }).click();
    await sam.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    expect(signed()).toBe(before + 1);
    expect(world.signed.at(-1)?.drafts).toEqual(ids);
    expect(await listDigest(all.map(({ made }) => made.digest))).toHaveLength(43);
  });

  it("fits nothing else: a server that shows one statement and means another gets a useless signature", async () => {
    const { made } = await approval();
    const other = await requestStatement({ names: ["payments/prod/postgres/superuser"], hours: 8 });
    world.tamper.set("/desk/v1/drafts/read", (output: { drafts: object[] }) => ({
      ...output,
      drafts: output.drafts.map((it) => ({
        ...it,
        statement: toBase64url(made.bytes),
        openings: made.openings,
      })),
    }));
    await openDraft(other);
    await armed(sam);
    const before = signed();
    await signButton().click();
    await sam.page.getByRole("alert").locator(".notice").waitFor();
    expect(signed()).toBe(before);
  });

  it("L6 shows a text that the statement does not commit to as not opened, with its id", async () => {
    const made = await requestStatement({ why: "I need it." });
    const texts = Object.fromEntries(
      Object.entries(made.openings.texts).map(([key, it]) => [
        key,
        it.label === "justification" ? { ...it, value: "A harmless reason." } : it,
      ]),
    );
    await openDraft({ ...made, openings: { ...made.openings, texts } });
    await sam.page.getByText("not opened", { exact: true }).first().waitFor();
    expect(await sam.page.getByText("A harmless reason.").count()).toBe(0);
    expect(await sam.page.getByText("Some parts could not be opened").count()).toBe(1);
  });

  it("cannot be a decision whose request did not open: Sign stays asleep and says why", async () => {
    const { made } = await approval();
    await openDraft({ ...made, openings: { ...made.openings, statements: {} } });
    await sam.page.getByRole("main").getByText("you would not see what you sign").first().waitFor();
    const before = signed();
    await sam.page.waitForFunction((ms) => performance.now() > ms, 4 * ARMING_MS);
    await signButton().click({ force: true });
    expect(await signButton().getAttribute("aria-disabled")).toBe("true");
    expect(signed()).toBe(before);
  });

  it.each([
    [
      "another statement's request",
      (other: Made) => ({ [other.digest]: toBase64url(other.bytes) }),
    ],
    [
      "a changed request under the right digest",
      (_: Made, about: Made) => ({
        [about.digest]: toBase64url(
          Buffer.from(Buffer.from(about.bytes).toString().replace('"maxUses":1', '"maxUses":9')),
        ),
      }),
    ],
  ])("cannot be a decision that comes with %s", async (_, statements) => {
    const { about, made } = await approval();
    const other = await requestStatement();
    await openDraft({
      ...made,
      openings: { ...made.openings, statements: statements(other, about) },
    });
    await sam.page.getByRole("main").getByText("you would not see what you sign").first().waitFor();
    expect(await signButton().getAttribute("aria-disabled")).toBe("true");
  });

  it.each([
    ["no draft", () => []],
    [
      "another draft",
      (drafts: { draft: string }[]) =>
        drafts.map((it) => ({ ...it, draft: `x-${"1".repeat(26)}` })),
    ],
    [
      "bytes that are not canonical",
      (drafts: { statement: string }[]) =>
        drafts.map((it) => ({
          ...it,
          statement: toBase64url(Buffer.from(`${Buffer.from(it.statement, "base64url")} `)),
        })),
    ],
    [
      "bytes of a kind that is not known",
      (drafts: { statement: string }[]) =>
        drafts.map((it) => ({
          ...it,
          statement: toBase64url(
            Buffer.from(
              Buffer.from(it.statement, "base64url")
                .toString()
                .replace('"kind":"request"', '"kind":"bequest"'),
            ),
          ),
        })),
    ],
  ] as [string, (drafts: never) => unknown[]][])(
    "is not asked for when the answer holds %s",
    async (_, change) => {
      world.tamper.set("/desk/v1/drafts/read", (output: { drafts: never }) => ({
        ...output,
        drafts: change(output.drafts),
      }));
      await openDraft(await requestStatement());
      await sam.page.getByRole("heading", { name: "This must not be signed" }).waitFor();
      expect(await sam.page.getByRole("button", { name: /Sign(?! out)/ }).count()).toBe(0);
    },
  );

  it("is not asked for when the same statement stands twice in a list", async () => {
    const made = await requestStatement();
    const ids = [world.draft(made, SAM), world.draft(made, SAM)];
    await sam.page.goto(path(`/d?ids=${ids.join(",")}`));
    await sam.page.getByRole("heading", { name: "This must not be signed" }).waitFor();
  });

  it("is nothing when the person declines, and the draft is gone then", async () => {
    const draft = world.draft((await approval()).made, SAM);
    const before = signed();
    await sam.page.goto(path(`/d/${draft}`));
    await sam.page.getByRole("button", { name: "Do not sign" }).click();
    await sam.page.getByRole("heading", { name: "Not signed" }).waitFor();
    expect([world.drafts.get(draft)?.state, signed()]).toEqual(["declined", before]);
    await sam.page.reload();
    await sam.page.getByRole("heading", { name: "There is nothing left to sign here" }).waitFor();
  });
});

describe("the arming of Sign", () => {
  const isArmed = async () => (await signButton().getAttribute("aria-disabled")) === "false";
  const focusIs = (has: boolean) =>
    sam.page.evaluate((it) => {
      document.hasFocus = () => it;
      window.dispatchEvent(new Event(it ? "focus" : "blur"));
    }, has);

  it("takes half a second of the page in view and in focus", async () => {
    await sam.page.addInitScript(() => {
      const look = () => {
        const state = document.querySelector(".sign-button")?.getAttribute("aria-disabled");
        if (state === "true") performance.mark("asleep");
        if (state === "false") performance.mark("awake");
      };
      new MutationObserver(look).observe(document, {
        subtree: true,
        childList: true,
        attributes: true,
      });
    });
    await openDraft(await requestStatement());
    await armed(sam);
    const wait = await sam.page.evaluate(() => {
      const at = (name: string) => performance.getEntriesByName(name)[0]?.startTime ?? Number.NaN;
      return at("awake") - at("asleep");
    });
    expect(wait).toBeGreaterThan(ARMING_MS - 50);
    expect(wait).toBeLessThan(ARMING_MS + 1500);
  });

  it("ends when the page loses the focus, and takes half a second anew", async () => {
    await openDraft(await requestStatement());
    await armed(sam);
    await focusIs(false);
    expect(await isArmed()).toBe(false);
    const before = signed();
    await signButton().click({ force: true });
    expect(signed()).toBe(before);
    await focusIs(true);
    expect(await isArmed()).toBe(false);
    await armed(sam);
  });

  it("does not happen while the page is hidden", async () => {
    await openDraft(await requestStatement());
    await armed(sam);
    await sam.page.evaluate(() => {
      Object.defineProperty(document, "visibilityState", {
        configurable: true,
        get: () => "hidden",
      });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    expect(await isArmed()).toBe(false);
    await sam.page.evaluate(
      (ms) => new Promise((resolve) => setTimeout(resolve, 2 * ms)),
      ARMING_MS,
    );
    expect(await isArmed()).toBe(false);
  });

  it("is asked again at the click itself: focus that went without an event signs nothing", async () => {
    await openDraft(await requestStatement());
    await armed(sam);
    await sam.page.evaluate(() => {
      document.hasFocus = () => false;
    });
    const before = signed();
    await signButton().click();
    await sam.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    expect(signed()).toBe(before);
  });

  it("is of no use to a script: only a person's click or key press signs", async () => {
    await openDraft(await requestStatement());
    await armed(sam);
    const before = signed();
    await sam.page.evaluate(() => {
      const button = document.querySelector<HTMLElement>(".sign-button");
      button?.click();
      button?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    });
    await sam.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    expect(signed()).toBe(before);
  });

  it("does not let Enter through before it, nor a second one during the touch", async () => {
    await openDraft(await requestStatement());
    await signButton().focus();
    const before = signed();
    if (!(await isArmed())) await sam.page.keyboard.press("Enter");
    expect(signed()).toBe(before);
    await armed(sam);
    await sam.page.keyboard.press("Enter");
    await sam.page.keyboard.press("Enter");
    await sam.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    expect(signed()).toBe(before + 1);
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

describe("from the inbox", () => {
  it("ID-1 clears a list with one touch, each statement shown", async () => {
    world.proposals.clear();
    for (const name of ["payments/prod/a", "payments/prod/b", "payments/prod/c"])
      world.propose(await requestStatement({ names: [name] }));
    await signIn(scene);
    await sam.page.getByRole("button", { name: "Choose all" }).click();
    await sam.page.getByRole("button", { name: "Approve the 3 chosen" }).click();
    await armed(sam);
    expect(await sam.page.getByRole("article").count()).toBe(3);
    await sam.page.getByRole("button", { name: "Sign all 3" }).click();
    await sam.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    expect(world.signed.at(-1)?.drafts).toHaveLength(3);
  });

  it("carries the reason of a refusal into the statement", async () => {
    await STATES["refusing a request"](scene);
    await sam.page.getByRole("button", { name: "Refuse it" }).click();
    expect(await sam.page.evaluate(() => document.activeElement?.id)).toBe("reason");
    await sam.page.getByLabel("Why not?").fill("Use the staging cluster.");
    await sam.page.getByRole("button", { name: "Refuse it" }).click();
    await armed(sam);
    await sam.page.getByText("Use the staging cluster.").waitFor();
    await sam.page
      .getByRole("heading", { name: /^Sam Okafor refuses/ })
      .first()
      .waitFor();
  });

  it("does not show a request under a digest that is not its own", async () => {
    const real = await requestStatement();
    const id = world.propose(real);
    const other = await requestStatement({ names: ["payments/prod/other"] });
    world.tamper.set("/desk/v1/proposals/read", (output: { view: object }) => ({
      ...output,
      view: { ...output.view, statement: toBase64url(other.bytes), openings: other.openings },
    }));
    await signIn(scene);
    await sam.page.goto(path(`/r/${id}`));
    await sam.page.getByRole("heading", { name: "This must not be signed" }).waitFor();
  });

  it("says who can, where this person cannot", async () => {
    await STATES["a request that this person cannot approve"](scene);
    await sam.page
      .getByText(
        "you enrolled Olivia's key 12 days ago (30 are needed). Priya Nair or Cass Moreno can.",
      )
      .waitFor();
    expect(await sam.page.getByRole("button", { name: "Approve" }).count()).toBe(0);
  });

  it("asks for a touch again when the session has ended, then goes on where it was", async () => {
    const id = world.propose(await requestStatement());
    await signIn(scene);
    world.sessions.endAllOf(SAM.person);
    await sam.page.goto(path(`/r/${id}`));
    await sam.page.getByText("You were signed out").waitFor();
    await sam.page.getByRole("button", { name: "Touch your key" }).click();
    await sam.page.getByRole("button", { name: "Approve" }).waitFor();
  });

  it("signs out: the session is over on the server too", async () => {
    await signIn(scene);
    await sam.page.getByRole("button", { name: "Sign out" }).click();
    await sam.page.getByRole("heading", { name: /Touch your hardware key/ }).waitFor();
    const status = await sam.page.evaluate(async () => {
      const answer = await fetch("/desk/v1/inbox", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: "{}",
      });
      return answer.status;
    });
    expect(status).toBe(401);
  });
});

describe("keys and devices", () => {
  it("ID-1 enrols a further key, which the first one vouches for", async () => {
    const before = world.keys.size;
    await signIn(scene);
    await sam.page.goto(path("/enrol"));
    const { authenticatorId } = await sam.cdp.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        ctap2Version: "ctap2_1",
        transport: "nfc",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    // The person touches the new one, not the one that is plugged in beside it.
    const touched = (enabled: boolean) =>
      sam.cdp.send("WebAuthn.setAutomaticPresenceSimulation", {
        authenticatorId: sam.authenticatorId,
        enabled,
      });
    await touched(false);
    await sam.page.getByRole("button", { name: "Create the key" }).click();
    await armed(sam);
    await touched(true);
    await sam.page.getByText("A key that was enrolled before vouches for it.").waitFor();
    await sam.cdp.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
    await signButton().click();
    await sam.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    expect(world.keys.size).toBe(before + 1);
  });

  it("does not leave the token of the enrolment link in the history", async () => {
    const nobody = await visitor(browser);
    await enrolSam({ world, visitor: nobody });
    await nobody.page.goBack();
    expect(nobody.page.url()).not.toContain(TOKEN);
    await nobody.context.close();
  });

  it("ID-1 brings the terminal its code over 127.0.0.1 after signing, in the same tab", async () => {
    const got: string[] = [];
    const terminal = createServer((request, response) => {
      got.push(request.url ?? "");
      response
        .setHeader("content-type", "text/html")
        .end("<!doctype html><title>done</title>You can close this page.");
    });
    await new Promise<void>((resolve) => terminal.listen(0, "127.0.0.1", resolve));
    const address = terminal.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    world.logins.set(LOGIN, { label: "Sam's desktop", word: null, port });
    await signIn(scene);
    await sam.page.goto(path(`/login/${LOGIN}`));
    await sam.page.getByRole("button", { name: "Show me what I sign" }).click();
    await armed(sam);
    await signButton().click();
    await sam.page.waitForURL(`http://127.0.0.1:${port}/callback?code=abc`);
    expect(got).toContain("/callback?code=abc");
    await new Promise((resolve) => terminal.close(resolve));
  });

  it("ID-1 shows the words of the device's own key, as its terminal does", async () => {
    const made = await enrolDeviceStatement(SAM, "Sam's desktop");
    const { publicKey } = JSON.parse(Buffer.from(made.bytes).toString()).body;
    const words = digestWords(
      asDigest(await digestBytes("deviceKey", Buffer.from(publicKey, "base64url"))),
    );
    await openDraft(made);
    await sam.page
      .getByText("The terminal shows the same four words for this device's key:")
      .waitFor();
    expect(await sam.page.locator(".words li").allTextContents()).toEqual([...words]);
  });

  it("L4 takes the typed word from the terminal, and tells a wrong one", async () => {
    await STATES["a wrong word"](scene);
    await sam.page.getByLabel(/third of the four words/).fill(" Lantern ");
    await sam.page.keyboard.press("Enter");
    await armed(sam);
    await sam.page.getByRole("heading", { name: /enrols the device “build-host-7”/ }).waitFor();
  });

  it.each([
    ["/", "/"],
    ["/r/r-00", "/r/r-00"],
    ["http://127.0.0.1:8123/callback?code=a_-b", "http://127.0.0.1:8123/callback?code=a_-b"],
    ["//evil.test", null],
    ["/\\evil.test", null],
    ["/\t/evil.test", null],
    ["https://evil.test/", null],
    ["http://127.0.0.1@evil.test/", null],
    ["http://127.0.0.1:80/", null],
    ["http://127.0.0.1:99999/", null],
    ["http://127.0.0.1.evil.test:8123/", null],
    ["http://localhost:8123/", null],
    ["http://[::1]:8123/", null],
    ["https://127.0.0.1:8123/", null],
    ["javascript:alert(1)", null],
    ["data:text/html,x", null],
    ["", null],
    [null, null],
  ])("goes on to %j as %j", (next, expected) => {
    expect(safeNext(next)).toBe(expected);
  });

  it("does not follow an answer elsewhere", async () => {
    world.tamper.set("/desk/v1/drafts/sign", (output: object) => ({
      ...output,
      next: "https://evil.test/",
    }));
    await openDraft(await enrolDeviceStatement(SAM, "Sam's desktop"));
    await armed(sam);
    await signButton().click();
    await sam.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    expect(await sam.page.getByRole("link", { name: "Go on" }).count()).toBe(0);
    expect(sam.page.url()).toContain(world.origin);
  });
});

describe("a hostile page", () => {
  it("BROWSER-1 text in a statement is text: markup from an opening does nothing", async () => {
    const why = '<img src=x onerror="window.stolen=1"><script>window.stolen=1</script>';
    await openDraft(await requestStatement({ why, ticket: "javascript:alert(1)" }));
    await sam.page.getByText(why).waitFor();
    expect(await sam.page.evaluate(() => "stolen" in window)).toBe(false);
    expect(await sam.page.locator("main img, main script").count()).toBe(0);
    expect(violations()).toEqual([]);
  });

  it("BROWSER-1 runs no script but its own: inline, added, evaluated or written", async () => {
    await sam.page.goto(path("/"));
    await sam.page.getByRole("heading", { level: 1 }).waitFor();
    const ran = await sam.page.evaluate(() => {
      const tries: Record<string, () => void> = {
        inline: () => {
          const script = document.createElement("script");
          script.append("window.ran = 1");
          document.head.append(script);
        },
        html: () => {
          document.body.innerHTML += "<b>x</b>";
        },
        handler: () => document.body.setAttribute("onclick", "window.ran = 1"),
      };
      return Object.entries(tries).flatMap(([name, attempt]) => {
        try {
          attempt();
          document.body.click();
        } catch {
          return [];
        }
        return "ran" in window ? [name] : [];
      });
    });
    expect(ran).toEqual([]);
    expect(await sam.page.locator("body > b").count()).toBe(0);
  });

  it("cannot frame the desk, from anywhere", async () => {
    const other = await visitor(browser);
    const framer = createServer((_, response) => {
      response
        .setHeader("content-type", "text/html")
        .end(`<!doctype html><title>f</title><iframe src="${world.origin}/"></iframe>`);
    });
    await new Promise<void>((resolve) => framer.listen(0, "127.0.0.1", resolve));
    const address = framer.address();
    await other.page.goto(`http://localhost:${typeof address === "object" ? address?.port : 0}/`);
    await expect.poll(() => other.complaints.join("\n")).toContain("frame-ancestors");
    const framed = other.page.frames()[1];
    expect(await framed?.locator("main").count()).toBe(0);
    await other.context.close();
    await new Promise((resolve) => framer.close(resolve));
  });

  it("of another origin cannot call the desk, read it, or use its keys", async () => {
    const other = await visitor(browser);
    const elsewhere = createServer((_, response) => {
      response.setHeader("content-type", "text/html").end("<!doctype html><title>console</title>");
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    const address = elsewhere.address();
    await other.page.goto(`http://localhost:${typeof address === "object" ? address?.port : 0}/`);
    const draft = world.draft(await requestStatement(), SAM);
    const results = await other.page.evaluate(
      async ([origin, id]) => {
        const body = JSON.stringify({ drafts: [id] });
        const attempt = async (init: RequestInit) =>
          fetch(`${origin}/desk/v1/drafts/decline`, { method: "POST", body, ...init }).then(
            (answer) => `${answer.type} ${answer.status}`,
            () => "blocked",
          );
        const key = await navigator.credentials
          .get({ publicKey: { challenge: new Uint8Array(32), rpId: "desk.localhost" } })
          .then(
            () => "got",
            (error: Error) => error.name,
          );
        return [
          await attempt({
            headers: { "Content-Type": "application/json" },
            credentials: "include",
          }),
          await attempt({
            mode: "no-cors",
            headers: { "Content-Type": "text/plain" },
            credentials: "include",
          }),
          key,
        ];
      },
      [world.origin, draft] as const,
    );
    expect(results).toEqual([
      "blocked",
      expect.stringMatching(/blocked|opaque 0/),
      "SecurityError",
    ]);
    expect(world.drafts.get(draft)?.state).toBe("open");
    await other.context.close();
    await new Promise((resolve) => elsewhere.close(resolve));
  });

  it("keeps nothing in the browser but who touched a key", async () => {
    await signOut(scene);
    await signIn(scene);
    const kept = await sam.page.evaluate(() => ({
      local: { ...localStorage },
      session: { ...sessionStorage },
      cookie: document.cookie,
    }));
    expect(kept).toEqual({
      local: {},
      session: { "countersign-desk-person": expect.stringContaining(SAM.person) },
      cookie: "",
    });
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
