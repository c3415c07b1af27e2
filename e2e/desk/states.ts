import { refuse } from "@countersign/protocol/refusals";
import type { Visitor } from "../../tests/support/browser.ts";
import type { DeskWorld } from "./desk-world.ts";
import {
  bindWorkloadStatement,
  CASS,
  decisionStatement,
  enrolDeviceStatement,
  PRIYA,
  requestStatement,
  revokeKeyStatement,
  SAM,
} from "./statements.ts";

/* Every view and state of the desk page, each with the way there, for whoever Sam's key is in the browser of. */

export const TOKEN = "invitation-of-sam-okafor-0123456789";
export const LOGIN = "login-of-sams-laptop-0123456789";

export type Scene = { readonly world: DeskWorld; readonly visitor: Visitor };
type State = (scene: Scene) => Promise<void>;

export async function enrolSam({ world, visitor: { page } }: Scene): Promise<void> {
  world.invitations.set(TOKEN, SAM);
  await page.goto(`${world.origin}/enrol#${TOKEN}`);
  await page.getByRole("button", { name: "Create the key" }).click();
  await armed({ page });
  await page.getByRole("button", { name: "Sign", exact: true }).click();
  await page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
}

export async function signIn({ world, visitor: { page } }: Scene): Promise<void> {
  await page.goto(`${world.origin}/`);
  const button = page.getByRole("button", { name: "Touch your key" });
  await button
    .or(page.getByRole("heading", { name: /^(What|Nothing) waits for you$/ }))
    .first()
    .waitFor();
  if (await button.isVisible()) await button.click();
  await page.getByRole("heading", { name: /^(What|Nothing) waits for you$/ }).waitFor();
}

export async function signOut({ world, visitor: { page } }: Scene): Promise<void> {
  await page.goto(`${world.origin}/nowhere-at-all`);
  await page.evaluate(() => sessionStorage.clear());
}

export async function armed({ page }: Pick<Visitor, "page">): Promise<void> {
  await page.locator('.sign-button[aria-disabled="false"]').waitFor();
}

const open = async ({ world, visitor: { page } }: Scene, path: string) => {
  // A change behind `#` alone would not load the page anew.
  await page.goto("about:blank");
  await page.goto(world.origin + path);
};
const heading = async ({ visitor: { page } }: Scene, name: string | RegExp) =>
  page.getByRole("heading", { name }).first().waitFor();

async function showDraft(scene: Scene, kind: "request" | "approve"): Promise<void> {
  const about = await requestStatement();
  const made = kind === "request" ? about : await decisionStatement({ kind, by: SAM, about });
  await open(scene, `/d/${scene.world.draft(made, SAM)}`);
  await armed(scene.visitor);
}

async function fillInbox({ world }: Scene): Promise<void> {
  world.proposals.clear();
  world.propose(await requestStatement(), { signedBy: [PRIYA] });
  world.propose(
    await requestStatement({
      names: ["payments/prod/stripe/live-key"],
      why: "Stripe reports failed webhooks since 02:10; I have to replay them with the live key.",
      ticket: "INC-0118",
      hours: 4,
    }),
  );
  world.propose(
    await requestStatement({
      names: ["ledger/prod/postgres/reporting", "ledger/prod/redis/cache"],
      why: "Month-end report.",
      ticket: "FIN-77",
      hours: 8,
    }),
  );
  world.propose(await bindWorkloadStatement(SAM), { mine: true, signedBy: [PRIYA] });
  world.propose(
    await requestStatement({
      names: ["payments/prod/kafka/client-key"],
      why: "Consumer lag.",
      by: SAM,
    }),
    {
      mine: true,
      status: "denied",
      outcome: "Cass Moreno refused it: use the staging cluster for this.",
    },
  );
}

/** What was signed is refused by the rules. */
export function refuseAll({ world }: Scene, code: string, message: string): void {
  world.tamper.set("/desk/v1/drafts/sign", ({ outcomes }: { outcomes: { draft: string }[] }) => ({
    next: null,
    outcomes: outcomes.map(({ draft }) => ({ draft, accepted: null, refused: { code, message } })),
  }));
}

export const STATES = {
  "touch your key": async (scene) => {
    await signOut(scene);
    await open(scene, "/");
    await heading(scene, /Touch your hardware key/);
  },
  "touch refused by the key": async (scene) => {
    const { page, cdp, authenticatorId } = scene.visitor;
    await signOut(scene);
    await open(scene, "/");
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await page.getByRole("button", { name: "Touch your key" }).click();
    await page.getByRole("alert").getByText("No key was touched").waitFor();
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
  },
  inbox: async (scene) => {
    await fillInbox(scene);
    await signIn(scene);
    await heading(scene, "What waits for you");
  },
  "inbox with some chosen": async (scene) => {
    await fillInbox(scene);
    await signIn(scene);
    await scene.visitor.page.getByRole("checkbox").nth(0).check();
    await scene.visitor.page.getByRole("checkbox").nth(2).check();
    await scene.visitor.page.getByRole("button", { name: "Approve the 2 chosen" }).waitFor();
  },
  "empty inbox": async (scene) => {
    scene.world.proposals.clear();
    await signIn(scene);
    await heading(scene, "Nothing waits for you");
  },
  "first enrolment": async (scene) => {
    scene.world.invitations.set(TOKEN, SAM);
    await open(scene, `/enrol#${TOKEN}`);
    await heading(scene, "Welcome, Sam Okafor");
  },
  "used enrolment link": async (scene) => {
    await open(scene, "/enrol#this-link-was-used-0123456789");
    await heading(scene, "This enrolment link was used");
  },
  "further key": async (scene) => {
    await signIn(scene);
    await open(scene, "/enrol");
    await heading(scene, "Add a further hardware key");
  },
  "key that is enrolled already": async (scene) => {
    await signIn(scene);
    await open(scene, "/enrol");
    await scene.visitor.page.getByRole("button", { name: "Create the key" }).click();
    await scene.visitor.page.getByRole("alert").getByText("enrolled for you already").waitFor();
  },
  "a request to sign": (scene) => showDraft(scene, "request"),
  "an approval to sign": (scene) => showDraft(scene, "approve"),
  "a device to enrol": async (scene) => {
    await open(
      scene,
      `/d/${scene.world.draft(await enrolDeviceStatement(SAM, "Sam's desktop"), SAM)}`,
    );
    await armed(scene.visitor);
  },
  "a revocation to sign": async (scene) => {
    const made = await revokeKeyStatement({ by: SAM, whose: CASS });
    await open(scene, `/d/${scene.world.draft(made, SAM)}`);
    await armed(scene.visitor);
  },
  "a list to sign": async (scene) => {
    const ids = [];
    for (const name of [
      "payments/prod/postgres/app-password",
      "payments/prod/stripe/live-key",
      "ledger/prod/redis/cache",
    ]) {
      const about = await requestStatement({ names: [name] });
      ids.push(
        scene.world.draft(await decisionStatement({ kind: "approve", by: SAM, about }), SAM),
      );
    }
    await open(scene, `/d?ids=${ids.join(",")}`);
    await armed(scene.visitor);
  },
  "not armed yet": async (scene) => {
    await showDraft(scene, "request");
    await scene.visitor.page.evaluate(() => {
      document.hasFocus = () => false;
      window.dispatchEvent(new Event("blur"));
    });
    await scene.visitor.page.locator('.sign-button[aria-disabled="true"]').waitFor();
  },
  "parts that do not open": async (scene) => {
    const made = await requestStatement();
    const draft = scene.world.draft(
      { ...made, openings: { texts: {}, policies: {}, statements: {} } },
      SAM,
    );
    await open(scene, `/d/${draft}`);
    await armed(scene.visitor);
  },
  "an approval whose request does not open": async (scene) => {
    const made = await decisionStatement({
      kind: "approve",
      by: SAM,
      about: await requestStatement(),
    });
    const draft = scene.world.draft(
      { ...made, openings: { ...made.openings, statements: {} } },
      SAM,
    );
    await open(scene, `/d/${draft}`);
    await scene.visitor.page.getByText("you would not see what you sign").first().waitFor();
  },
  signed: async (scene) => {
    await showDraft(scene, "approve");
    await scene.visitor.page.getByRole("button", { name: "Sign", exact: true }).click();
    await heading(scene, "Signed");
  },
  declined: async (scene) => {
    await showDraft(scene, "approve");
    await scene.visitor.page.getByRole("button", { name: "Do not sign" }).click();
    await heading(scene, "Not signed");
  },
  "refused by the rules": async (scene) => {
    await showDraft(scene, "approve");
    refuseAll(
      scene,
      "enrolled-too-recently",
      "You cannot approve this: you enrolled Sam's key 12 days ago (30 are needed). Priya or Cass can.",
    );
    await scene.visitor.page.getByRole("button", { name: "Sign", exact: true }).click();
    await heading(scene, "Refused");
    scene.world.tamper.clear();
  },
  "refused without a sign-in": async (scene) => {
    await showDraft(scene, "approve");
    refuseAll(
      scene,
      "sign-in-needed",
      "Sign in at http://console.localhost:1 first: beside your hardware key this needs a sign-in of the last 12 hours.",
    );
    await scene.visitor.page.getByRole("button", { name: "Sign", exact: true }).click();
    await heading(scene, "Refused");
    scene.world.tamper.clear();
  },
  "key locked": async (scene) => {
    await showDraft(scene, "approve");
    scene.world.refuseNext.set(
      "/desk/v1/drafts/sign",
      refuse(
        "key-locked",
        "Your hardware key was locked: its counter went back, as a copied key's does. Use another key, and tell a security admin.",
      ),
    );
    await scene.visitor.page.getByRole("button", { name: "Sign", exact: true }).click();
    await scene.visitor.page.getByRole("alert").getByText("locked").waitFor();
  },
  "draft that is gone": async (scene) => {
    await open(scene, `/d/x-${"0".repeat(26)}`);
    await heading(scene, "There is nothing left to sign here");
  },
  "not what was asked for": async (scene) => {
    const draft = scene.world.draft(await requestStatement(), SAM);
    scene.world.tamper.set("/desk/v1/drafts/read", (output: object) => ({ ...output, drafts: [] }));
    await open(scene, `/d/${draft}`);
    await heading(scene, "This must not be signed");
    scene.world.tamper.clear();
  },
  "a request to decide": async (scene) => {
    await signIn(scene);
    await open(scene, `/r/${scene.world.propose(await requestStatement(), { signedBy: [PRIYA] })}`);
    await scene.visitor.page.getByRole("button", { name: "Approve" }).waitFor();
  },
  "refusing a request": async (scene) => {
    await signIn(scene);
    await open(scene, `/r/${scene.world.propose(await requestStatement())}`);
    await scene.visitor.page.getByRole("button", { name: "Refuse …" }).click();
    await scene.visitor.page.getByLabel("Why not?").waitFor();
  },
  "a revocation to decide": async (scene) => {
    await signIn(scene);
    const made = await revokeKeyStatement({ by: PRIYA, whose: CASS });
    await open(scene, `/r/${scene.world.propose(made)}`);
    await scene.visitor.page.getByRole("button", { name: "Approve" }).waitFor();
  },
  "a request that was refused": async (scene) => {
    await signIn(scene);
    const made = await requestStatement({ by: SAM });
    const outcome = "Refused by Cass Moreno.";
    const of = { mine: true, signedBy: [PRIYA], status: "denied", outcome } as const;
    await open(scene, `/r/${scene.world.propose(made, of)}`);
    await scene.visitor.page.getByText(outcome).waitFor();
  },
  "a request that this person cannot approve": async (scene) => {
    await signIn(scene);
    const cannot =
      "You cannot approve this: you enrolled Olivia's key 12 days ago (30 are needed).";
    await open(scene, `/r/${scene.world.propose(await requestStatement(), { cannot })}`);
    await scene.visitor.page.getByText("30 are needed").waitFor();
  },
  "an own request": async (scene) => {
    await signIn(scene);
    const made = await bindWorkloadStatement(SAM);
    await open(
      scene,
      `/r/${scene.world.propose(made, { mine: true, cannot: "You asked for this." })}`,
    );
    await scene.visitor.page.getByRole("button", { name: "Withdraw it" }).waitFor();
  },
  "an approved request": async (scene) => {
    await signIn(scene);
    const made = await requestStatement();
    const { notBefore, expiresAt, secrets } = JSON.parse(Buffer.from(made.bytes).toString()).body;
    const { secret, name } = secrets[0];
    const uses = [{ secret, name, used: 0, left: 1, releases: [] }];
    const id = scene.world.propose(made, {
      signedBy: [PRIYA, CASS],
      status: "approved",
      grant: { status: "active", notBefore, expiresAt, uses },
    });
    await open(scene, `/r/${id}`);
    await scene.visitor.page.getByText("Approved.").waitFor();
  },
  "a device login with a word": async (scene) => {
    await signIn(scene);
    scene.world.logins.set(LOGIN, { label: "build-host-7", word: "lantern", port: null });
    await open(scene, `/login/${LOGIN}`);
    await heading(scene, /build-host-7/);
  },
  "a wrong word": async (scene) => {
    await signIn(scene);
    scene.world.logins.set(LOGIN, { label: "build-host-7", word: "lantern", port: null });
    await open(scene, `/login/${LOGIN}`);
    await scene.visitor.page.getByLabel(/third of the four words/).fill("tiger");
    await scene.visitor.page.getByRole("button", { name: "Show me what I sign" }).click();
    await scene.visitor.page.getByRole("alert").getByText("not the word").waitFor();
  },
  "a device login on this machine": async (scene) => {
    await signIn(scene);
    scene.world.logins.set(LOGIN, { label: "Sam's desktop", word: null, port: 40_000 });
    await open(scene, `/login/${LOGIN}`);
    await heading(scene, /Sam's desktop/);
  },
  "the key service does not answer": async (scene) => {
    const { page } = scene.visitor;
    await page.route("**/desk/v1/drafts/read", (route) => route.abort());
    await open(scene, `/d/${scene.world.draft(await requestStatement(), SAM)}`);
    await heading(scene, "The key service does not answer");
    await page.unroute("**/desk/v1/drafts/read");
  },
  loading: async (scene) => {
    let release = () => {};
    scene.world.held.set(
      "/desk/v1/drafts/read",
      new Promise<void>((resolve) => (release = resolve)),
    );
    await open(scene, `/d/${scene.world.draft(await requestStatement(), SAM)}`);
    await scene.visitor.page.locator(".skeleton").waitFor();
    scene.world.held.clear();
    released.set(scene.world, release);
  },
  "signing out that failed": async (scene) => {
    const { page } = scene.visitor;
    await signIn(scene);
    await page.route("**/desk/v1/session/end", (route) => route.abort(), { times: 1 });
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("alert").getByText("You are still signed in.").waitFor();
  },
  "a link that leads nowhere": async (scene) => {
    await open(scene, "/nowhere");
    await heading(scene, "There is nothing here");
  },
} satisfies Record<string, State>;

/** What the state `loading` keeps waiting. */
export const released = new WeakMap<DeskWorld, () => void>();
