import { randomBytes } from "node:crypto";
import { fromBase64url } from "@countersign/protocol/bytes";
import type { DraftId } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import type { SecretName, SpiffeId } from "@countersign/protocol/names";
import { type Openings, openStatement } from "@countersign/protocol/openings";
import { type Rendering, render } from "@countersign/protocol/rendering";
import { AGAIN_SOON, eventually } from "./eventually.ts";
import { startTestGateway, TRUST_DOMAIN } from "./gateway.ts";
import { type Installation, startInstallation } from "./installation.ts";
import { type Answer, call, TestDevice, type TestPerson } from "./people.ts";
import { type Opened, Recipient, sealedValue } from "./sealed-values.ts";
import { signIn, startSingleSignOn } from "./single-sign-on.ts";
import { ask, askAndApprove, type Cast, enrolCast, registration } from "./story.ts";

/** A secret with a value that is known to this test alone, and a grant of one use that is asked for again and again. */
export type Owned = {
  readonly name: SecretName;
  /** Plaintext of the current version. */
  readonly text: string;
  readonly recipient: Recipient;
};

/** Three values that must never be taken for one another. */
export type DbaRoom = {
  readonly installation: Installation;
  readonly cast: Cast;
  readonly ingridsLaptop: TestDevice;
  /** Has two versions, so that there is an old row to put back. */
  readonly mine: Owned;
  /** Another secret of the same tenant. */
  readonly other: Owned;
  /** Of another tenant. */
  readonly foreign: Owned;
};

const MINE = "payments/prod/postgres/app-password" as SecretName;
const OTHER = "payments/prod/postgres/reporting-password" as SecretName;
const READER = "globex/dev/payments/reader";
/** Low tier and no personal data: its owner opens it alone, as she is all there is of her tenant. */
const FOREIGN = "payments/dev/postgres/app-password" as SecretName;
const ALONE = {
  owner: "payments-team",
  service: "payments",
  dataClassification: "internal",
  tier: "low",
  rotationPeriodDays: 30,
} as const;

export async function createDbaRoom(): Promise<DbaRoom> {
  // With an identity provider, so that the projections of accounts and sessions have rows too.
  const sso = await startSingleSignOn();
  const installation = await startInstallation({ environment: sso.environment });
  const cast = await enrolCast(installation);
  for (const person of [cast.olivia, cast.sam, cast.priya, cast.ingrid]) await signIn(sso, person);
  await sso.idp.stop();
  const ingridsLaptop = await TestDevice.login(cast.ingrid, "Ingrid's laptop");
  const { olivia, laptop, ingrid } = cast;
  await put(olivia, laptop, MINE, `first-${randomText()}`);
  const mine = `second-${randomText()}`;
  const again = { act: "put-value", name: MINE, value: await sealedValue(laptop, mine) } as const;
  await olivia.mustSign([(await laptop.draft(again)).draft]);
  const other = `other-${randomText()}`;
  await put(olivia, laptop, OTHER, other);
  const foreign = `foreign-${randomText()}`;
  await put(ingrid, ingridsLaptop, FOREIGN, foreign, ALONE);
  await fetchForeign(installation);
  const granted = async (name: SecretName) =>
    Recipient.of(laptop, await askAndApprove(cast, { secrets: [name] }));
  const globex = { ...cast, olivia: ingrid, laptop: ingridsLaptop };
  const foreignGrant = await ask(globex, { secrets: [FOREIGN], device: ingridsLaptop.device });
  const stop = async () => {
    await installation.stop();
    await sso.stop();
  };
  return {
    installation: { ...installation, stop },
    cast,
    ingridsLaptop,
    mine: { name: MINE, text: mine, recipient: await granted(MINE) },
    other: { name: OTHER, text: other, recipient: await granted(OTHER) },
    foreign: {
      name: FOREIGN,
      text: foreign,
      recipient: await Recipient.of(ingridsLaptop, foreignGrant),
    },
  };
}

async function put(
  owner: TestPerson,
  laptop: TestDevice,
  name: SecretName,
  text: string,
  policy: ReturnType<typeof registration>["policy"] = registration(name).policy,
): Promise<void> {
  const days = 30 * 86_400_000;
  const expiresAt = new Date(Date.now() + days).toISOString().replace(/\.\d+/, "") as Instant; // of that form
  const workload = `spiffe://${TRUST_DOMAIN}/${READER}` as SpiffeId; // of that form
  // One that needs nobody else: every projection has a row then.
  const bindings =
    policy === ALONE ? [{ workload, proof: "gateway-vouched" as const, expiresAt }] : [];
  const act = registration(name, { policy, bindings, value: await sealedValue(laptop, text) });
  await owner.mustSign([(await laptop.draft(act)).draft]);
}

/** A workload reads Ingrid's secret, so that fetches have a row too. */
async function fetchForeign(installation: Installation): Promise<void> {
  const gateway = await startTestGateway(installation);
  try {
    const reader = await gateway.svid(READER);
    await eventually(
      "a fetch",
      AGAIN_SOON,
      async () => (await gateway.fetch(reader, FOREIGN)).status,
      (status) => status === 200,
    );
  } finally {
    await gateway.stop();
  }
}

function randomText(): string {
  return randomBytes(15).toString("base64url");
}

/** What one opening gave: `right`, or the code that refused it. @throws Error where another value came */
export function judged(owned: Owned, opened: Opened): string {
  if (!opened.ok) return opened.code;
  if (opened.text !== owned.text) throw new Error(`${owned.name} opened with another value`);
  return "right";
}

/** Opens all three. What is refused is refused; a value that is not its own ends the test. */
export async function openAll({ mine, other, foreign }: DbaRoom): Promise<string> {
  const codes: string[] = [];
  for (const owned of [mine, other, foreign])
    codes.push(judged(owned, await owned.recipient.open()));
  return codes.join(" ");
}

/** Ends the key service gracefully and starts it again. */
export async function restart({ installation }: Pick<DbaRoom, "installation">): Promise<void> {
  await stopKeyService(installation);
  await installation.startKeyService();
}

export async function stopKeyService(installation: Installation): Promise<void> {
  const running = installation.keyService();
  if (running.child.exitCode === null) running.child.kill("SIGTERM");
  await running.ended;
}

/** What the desk shows of a draft, as the page makes it of the bytes; or the code of the refusal. */
export async function shownDraft(
  installation: Installation,
  draft: DraftId,
): Promise<Rendering | string> {
  const read = await call(installation, "/desk/v1/drafts/read", { drafts: [draft] });
  if (!read.ok) return read.code;
  const [only] = read.value.drafts;
  if (only === undefined) return "nothing";
  return rendered(only);
}

/** As the page does: openings that open nothing are dropped. */
export async function rendered(of: {
  readonly statement: string;
  readonly openings: Openings;
}): Promise<Rendering | string> {
  const opened = await openStatement(fromBase64url(of.statement) ?? new Uint8Array(), of.openings);
  return opened.ok ? render(opened.value) : "not a statement";
}

export function codeOf(answer: Answer<unknown>): string {
  return answer.ok ? "ok" : answer.code;
}

/** Starts the key service, after ending one that runs; says `serves`, or the sentence with which it refused. */
export async function startOutcome(
  installation: Installation,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  await stopKeyService(installation);
  try {
    await installation.startKeyService(environment);
    return "serves";
  } catch (error) {
    const written = error instanceof Error ? error.message : "";
    const refused = written.split("\n").find((line) => line.includes('"start-failed"'));
    if (refused === undefined) throw error;
    return String((JSON.parse(refused) as { message: string }).message);
  }
}

/** Waits until all three open again: asks as people do who were told to try again. */
export async function opensAll(what: string, room: DbaRoom): Promise<void> {
  const isRight = (it: string) => it === "right right right";
  await eventually(what, AGAIN_SOON, () => openAll(room), isRight);
}
