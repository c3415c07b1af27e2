import { toBase64url } from "@countersign/protocol/bytes";
import { listDigest } from "@countersign/protocol/digest";
import { openStatement } from "@countersign/protocol/openings";
import { refuse } from "@countersign/protocol/refusals";
import { render } from "@countersign/protocol/rendering";
import type { Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ARMING_MS } from "../server/key-service/desk/page/arming.ts";
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
  world,
} from "./desk/desk-bench.ts";
import { type Made, requestStatement, SAM } from "./desk/statements.ts";
import { armed, refuseAll, STATES, signIn } from "./desk/states.ts";

beforeAll(startDesk);
afterAll(stopDesk);
afterEach(settle);

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
  // The page asks for the key within the click itself, so that what it has not asked by then it never will.
  beforeAll(() =>
    sam.page.addInitScript(() => {
      const { get } = CredentialsContainer.prototype;
      CredentialsContainer.prototype.get = function (options) {
        performance.mark("touch");
        return get.call(this, options);
      };
    }),
  );
  const touches = () => sam.page.evaluate(() => performance.getEntriesByName("touch").length);
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
      // Later than any look of the page's, and before its own listener.
      const leave = () => {
        document.hasFocus = () => false;
      };
      window.addEventListener("click", leave, { capture: true, once: true });
    });
    await signButton().click();
    expect(await touches()).toBe(0);
    await sam.page.evaluate(() => {
      document.hasFocus = () => true;
    });
    await armed(sam);
    await signButton().click();
    expect(await touches()).toBe(1);
    await sam.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
  });

  it("is of no use to a script: only a person's click or key press signs", async () => {
    await openDraft(await requestStatement());
    await armed(sam);
    await sam.page.evaluate(() => {
      const button = document.querySelector<HTMLElement>(".sign-button");
      button?.click();
      button?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    });
    expect(await touches()).toBe(0);
    await signButton().click();
    expect(await touches()).toBe(1);
    await sam.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
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

  it("opens and closes the refusal by keyboard: Escape goes back to where it was opened", async () => {
    await STATES["refusing a request"](scene);
    await sam.page.keyboard.press("Escape");
    expect(await sam.page.getByLabel("Why not?").isVisible()).toBe(false);
    expect(await sam.page.evaluate(() => document.activeElement?.textContent)).toBe("Refuse …");
    await sam.page.keyboard.press("Enter");
    await sam.page.getByLabel("Why not?").waitFor();
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

  it("is still signed in where signing out did not reach the key service, and says so", async () => {
    await signIn(scene);
    const out = sam.page.getByRole("button", { name: "Sign out" });
    await sam.page.route("**/desk/v1/session/end", (route) => route.abort(), { times: 1 });
    await out.click();
    const alert = sam.page.getByRole("alert");
    await alert.getByText("You are still signed in. The key service does not answer.").waitFor();
    await sam.page.getByRole("heading", { name: /waits for you/ }).waitFor();

    world.refuseNext.set("/desk/v1/session/end", refuse("unavailable", "It is being read again."));
    await out.click();
    await alert.getByText("You are still signed in. It is being read again.").waitFor();
    await alert.getByText(/Reference [0-9a-z]{16}/).waitFor();

    await out.click();
    await sam.page.getByRole("heading", { name: /Touch your hardware key/ }).waitFor();
  });

  it("signs out where the session was over already", async () => {
    await signIn(scene);
    world.sessions.endAllOf(SAM.person);
    await sam.page.getByRole("button", { name: "Sign out" }).click();
    await sam.page.getByRole("heading", { name: /Touch your hardware key/ }).waitFor();
    expect(await sam.page.getByText("still signed in").count()).toBe(0);
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

describe("a signature that is refused", () => {
  /** At the width of a phone, with a card that is longer than the screen. */
  async function refusedOnPhone(code: string, message: string): Promise<void> {
    await sam.page.setViewportSize({ width: 360, height: 640 });
    const { made } = await approval();
    await openDraft(made);
    await armed(sam);
    refuseAll(scene, code, message);
    await signButton().click();
    await sam.page.getByRole("heading", { name: "Refused", exact: true }).waitFor();
  }
  /** Whole, and not only somewhere on the page. */
  const isInSight = async (what: Locator) => {
    const [box, height] = [await what.boundingBox(), await sam.page.evaluate(() => innerHeight)];
    return box !== null && box.y >= 0 && box.y + box.height <= height;
  };
  afterEach(() => sam.page.setViewportSize({ width: 1280, height: 800 }));

  it("is seen, focused and said at once, at 360 px below a card longer than the screen", async () => {
    const why = "You cannot approve this: you enrolled Sam's key 12 days ago (30 are needed).";
    await refusedOnPhone("enrolled-too-recently", why);
    const heading = sam.page.getByRole("heading", { name: "Refused", exact: true });
    expect(await sam.page.evaluate(() => document.documentElement.scrollHeight)).toBeGreaterThan(
      1_000,
    );
    for (const seen of [heading, sam.page.getByRole("main").getByText(why)])
      expect(await isInSight(seen)).toBe(true);
    expect(await heading.evaluate((it) => it === document.activeElement)).toBe(true);
    expect(await sam.page.getByRole("status").first().textContent()).toContain(`Refused. ${why}`);
    await sam.page.keyboard.press("Tab");
    await sam.page.keyboard.press("Enter");
    // The request itself says who can; a touch tells the desk first who looks.
    await sam.page.waitForURL(/\/r\/[A-Za-z0-9_-]{43}$/);
  });

  it("ID-1 leads to the console's sign-in where that is what is missing, and the draft waits to be signed again", async () => {
    await refusedOnPhone("sign-in-needed", "Sign in at the console first.");
    const link = sam.page.getByRole("link", { name: "Sign in at the console" });
    expect(await link.getAttribute("href")).toBe("http://console.localhost:1/sign-in");
    expect(await isInSight(link)).toBe(true);
    world.tamper.clear();
    await sam.page.getByRole("button", { name: "Sign it again" }).click();
    // The bench takes a draft for signed before it lies about it: what is new is that the page asks again.
    await sam.page.waitForURL(/\/d\/x-/);
    await sam.page.getByRole("heading", { level: 1 }).waitFor();
  });

  it("is told beside the buttons, in sight, where the key itself is refused", async () => {
    await sam.page.setViewportSize({ width: 360, height: 640 });
    await STATES["key locked"](scene);
    expect(await isInSight(sam.page.getByRole("alert").getByText("locked"))).toBe(true);
  });
});
