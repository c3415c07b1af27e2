import type { Page } from "playwright-core";
import type { WorkloadFetch } from "../seed/workload-fetch.ts";
import type { Actor } from "./actor.ts";
import type { Narrator } from "./narrator.ts";
import type { Terminal } from "./terminal.ts";

export type Cast = {
  /** Owns the service *payments*. */
  readonly owner: Actor;
  readonly securityAdmins: readonly [Actor, Actor];
  readonly auditor: Actor;
};
export type Props = {
  readonly deskOrigin: string;
  readonly laptop: Terminal;
  readonly workloads: WorkloadFetch;
  /** Tells this run's request from those of other runs. */
  readonly ticket: string;
};

const SECRET = "payments/prod/postgres/app-password";
const LAPTOP = "Lena’s demo laptop";
const DESK_LINK = /http\S+\/d\/[\w-]+/;
const LOGIN_LINK = /http\S+\/login\/[\w-]+/;

/** The whole story of the product, on what the first start left behind. */
export async function play(of: Cast, narrator: Narrator, props: Props): Promise<void> {
  const { owner, securityAdmins, auditor } = of;
  await comeIn(of, narrator, props);
  await ask(of, narrator, props);
  await refuseOwnApproval(of, narrator, props);
  for (const [at, admin] of securityAdmins.entries())
    await approve(admin, narrator, { ...props, isNarrow: at === 1 });
  const value = await receive(of, narrator, props);
  await audit(of, narrator);
  await fetchAsWorkload(narrator, props);
  await narrator.step(
    "No browser ever received the value: every answer was searched.",
    null,
    async () => {
      for (const actor of [owner, ...securityAdmins, auditor])
        if (actor.hasReceived(value)) throw new Error(`the browser of ${actor.name} received it`);
    },
  );
}

async function comeIn({ owner }: Cast, narrator: Narrator, { deskOrigin, laptop }: Props) {
  const { page } = owner;
  await narrator.step(
    `${owner.name}, who owns the service payments, signs in: single sign-on, then her key.`,
    page,
    async () => {
      await owner.signIn("/");
      await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
      await narrator.picture(page, "overview");
      await owner.open("/secrets", "Secrets");
      await narrator.picture(page, "secrets");
    },
  );
  if ((await laptop.start("whoami").ended).code === 0) return;
  await narrator.step(`${owner.name} enrols her laptop: secrets login`, page, async () => {
    const login = laptop.start("login", "--url", deskOrigin, "--label", LAPTOP);
    const [link] = await login.until(LOGIN_LINK);
    await page.goto(link);
    await page.getByRole("button", { name: "Touch your key" }).click();
    await page.getByRole("button", { name: "Show me what I sign" }).click();
    await owner.readyToSign();
    await narrator.picture(page, "laptop");
    await owner.sign();
    // The desk leads back to the command line, which answers and ends.
    await page.waitForURL((at) => at.hostname === "127.0.0.1");
    const { code } = await login.ended;
    if (code !== 0) throw new Error(`secrets login ended with ${code}`);
  });
}

async function ask({ owner }: Cast, narrator: Narrator, { ticket }: Props) {
  const { page } = owner;
  await narrator.step(
    `She asks to use ${SECRET}: production, personal data, so two others must agree.`,
    page,
    async () => {
      await owner.open(`/requests/new?secret=${encodeURIComponent(SECRET)}`, "Ask to use a secret");
      await page
        .getByRole("textbox", { name: /Why/ })
        .fill("Restoring the payouts that failed this morning");
      await page.getByRole("textbox", { name: /Ticket/ }).fill(ticket);
      await page.getByRole("combobox", { name: /Device/ }).selectOption({ label: LAPTOP });
      await page.getByRole("button", { name: "Show what I will sign" }).click();
      await page.getByRole("link", { name: "Sign at the desk" }).waitFor();
      await narrator.picture(page, "draft-in-the-console");
      await page.getByRole("link", { name: "Sign at the desk" }).click();
      await owner.readyToSign();
      await narrator.picture(page, "owner-signs-at-the-desk");
      await owner.sign();
      await page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    },
  );
}

async function refuseOwnApproval({ owner }: Cast, narrator: Narrator, props: Props) {
  const { laptop, ticket } = props;
  const { page } = owner;
  await narrator.step(
    "She tries to approve it herself: her key signs, and the service refuses.",
    page,
    async () => {
      await owner.open("/requests?which=mine", "Requests");
      await rowOf(page, ticket).click();
      await page.waitForURL((at) => at.searchParams.has("open"));
      await owner.settle();
      await narrator.picture(page, "own-request");
      const proposal = new URL(page.url()).searchParams.get("open") ?? "";
      const approving = laptop.start("approve", proposal);
      const [link] = await approving.until(DESK_LINK);
      await page.goto(link);
      await owner.sign();
      await page.getByRole("heading", { name: "Refused" }).waitFor();
      await page.mouse.wheel(0, 10_000);
      await narrator.picture(page, "own-approval-refused");
      approving.stop();
      await approving.ended;
    },
  );
}

async function approve(
  admin: Actor,
  narrator: Narrator,
  { deskOrigin, ticket, isNarrow }: Props & { readonly isNarrow: boolean },
) {
  const { page } = admin;
  const short = admin.name.split(" ")[0]?.toLowerCase() ?? "";
  const device = isNarrow ? ", on a telephone" : "";
  await narrator.step(
    `${admin.name}, a security admin, signs in and approves at the desk${device}.`,
    page,
    async () => {
      await admin.signIn("/requests");
      await narrator.picture(page, `${short}-sees-requests`);
      if (isNarrow) await admin.narrow();
      await page.goto(deskOrigin);
      await page.getByRole("button", { name: "Touch your key" }).click();
      await rowOf(page, ticket).waitFor();
      await narrator.picture(page, `${short}-inbox`);
      await rowOf(page, ticket).click();
      await page.getByRole("button", { name: "Approve", exact: true }).click();
      await admin.readyToSign();
      await narrator.picture(page, `${short}-approves`);
      await admin.sign();
      await page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
      await admin.wide();
    },
  );
}

/** @returns the value, for the search at the end; it is never shown */
async function receive(
  { owner }: Cast,
  narrator: Narrator,
  { laptop, ticket }: Props,
): Promise<string> {
  const { page } = owner;
  let value = "";
  await narrator.step(
    "The value arrives on her laptop, sealed to it alone: secrets get",
    page,
    async () => {
      const { code, stdout } = await laptop.start("get", SECRET).ended;
      if (code !== 0) throw new Error(`secrets get ended with ${code}`);
      value = stdout.toString("utf8").trim();
      if (value.length < 16) throw new Error("what arrived is no value of this secret");
      narrator.aside(`${value.length} characters arrived; no page shows them.`);
      await owner.open("/requests?which=mine", "Requests");
      await rowOf(page, ticket).click();
      await page.getByText("opened, no use left").first().waitFor();
      await owner.settle();
      await narrator.picture(page, "request-is-opened");
    },
  );
  return value;
}

async function audit({ owner, auditor }: Cast, narrator: Narrator) {
  const { page } = auditor;
  await narrator.step(
    `${auditor.name}, the auditor, opens the entry of that release and its proof.`,
    page,
    async () => {
      await auditor.signIn("/audit");
      const row = page.getByRole("link", {
        name: new RegExp(`${owner.name} is to receive ${SECRET.replaceAll("/", "/ ?")}`),
      });
      await row.first().waitFor();
      await narrator.picture(page, "audit");
      await row.first().click();
      await page.getByText("the proof holds").waitFor();
      await auditor.settle();
      await narrator.picture(page, "entry-and-proof");
      await auditor.open("/status", "Status");
      await narrator.picture(page, "status");
    },
  );
}

async function fetchAsWorkload(narrator: Narrator, { workloads }: Props) {
  const bound = "payments/prod/api/service-token";
  await narrator.step(
    "A workload that is bound to a secret fetches it; another one is refused.",
    null,
    async () => {
      const own = await workloads.fetch("acme/prod/payments/api", bound);
      if (own !== 200) throw new Error(`the gateway answered ${own} to the workload that is bound`);
      const other = await workloads.fetch("acme/prod/search/api", bound);
      if (other === 200) throw new Error("the gateway answered a workload that nobody bound");
      narrator.aside(`acme/prod/payments/api got it; acme/prod/search/api was answered ${other}.`);
    },
  );
}

/** The link of the request with this ticket, in a list of requests. */
function rowOf(page: Page, ticket: string) {
  return page.getByRole("listitem").filter({ hasText: ticket }).getByRole("link").first();
}
