import { createECDH } from "node:crypto";
import type { ActOf } from "@countersign/protocol/acts";
import type { Digest, RequestId, SecretId } from "@countersign/protocol/ids";
import type { SecretName } from "@countersign/protocol/names";
import type { Installation } from "./installation.ts";
import { TestDevice, TestPerson, value } from "./people.ts";

/** Who most stories are about, with their keys enrolled and Olivia's laptop logged in. */
export type Cast = {
  readonly olivia: TestPerson;
  readonly sam: TestPerson;
  readonly priya: TestPerson;
  readonly eve: TestPerson;
  readonly ingrid: TestPerson;
  readonly laptop: TestDevice;
};

export async function enrolCast(installation: Installation): Promise<Cast> {
  const olivia = await TestPerson.enrol(installation, "Olivia");
  const sam = await TestPerson.enrol(installation, "Sam");
  const priya = await TestPerson.enrol(installation, "Priya");
  const eve = await TestPerson.enrol(installation, "Eve");
  const ingrid = await TestPerson.enrol(installation, "Ingrid");
  for (const person of [sam, priya, eve, ingrid]) await person.identify();
  const laptop = await TestDevice.login(olivia, "Olivia's laptop");
  return { olivia, sam, priya, eve, ingrid, laptop };
}

export const SECRET = "payments/prod/postgres/app-password" as SecretName;

export function registration(
  name: SecretName,
  changes: Partial<ActOf<"register-secret">> = {},
): ActOf<"register-secret"> {
  return {
    act: "register-secret",
    name,
    type: "database-credential",
    category: "database-user",
    policy: {
      owner: "payments-team",
      service: "payments",
      dataClassification: "pii",
      tier: "high",
      rotationPeriodDays: 30,
    },
    value: { source: "generated", length: null },
    bindings: [],
    ...changes,
  };
}

export function asking(
  laptop: TestDevice,
  changes: Partial<ActOf<"request">> = {},
): ActOf<"request"> {
  return {
    act: "request",
    secrets: [SECRET],
    justification: "Restoring the failed payouts of this morning",
    ticket: "PAY-1412",
    notBefore: null,
    durationSeconds: 3600,
    maxUses: 1,
    device: laptop.device,
    ...changes,
  };
}

export async function register(
  { olivia, laptop }: Cast,
  act = registration(SECRET),
): Promise<void> {
  await olivia.mustSign([(await laptop.draft(act)).draft]);
}

export type Asked = {
  readonly proposal: Digest;
  readonly request: RequestId;
  readonly secret: SecretId;
};

/** Olivia asks and signs; nobody has approved yet. */
export async function ask(
  { olivia, laptop }: Cast,
  changes: Partial<ActOf<"request">> = {},
): Promise<Asked> {
  const { draft } = await laptop.draft(asking(laptop, changes));
  await olivia.mustSign([draft]);
  const { proposal } = value(await laptop.call("/people/v1/drafts/status", { draft }));
  if (proposal === null) throw new Error("a signed request is a proposal");
  const shown = value(await laptop.call("/people/v1/proposals/show", { proposal }));
  const { secrets } = value(
    await laptop.call("/people/v1/secrets/list", { prefix: changes.secrets?.[0] ?? SECRET }),
  );
  const [secret] = secrets;
  if (shown.request === null || secret === undefined)
    throw new Error("a request names itself and its secret");
  return { proposal, request: shown.request, secret: secret.secret };
}

/** Olivia asks, Sam and Priya approve. */
export async function askAndApprove(
  cast: Cast,
  changes: Partial<ActOf<"request">> = {},
): Promise<Asked> {
  const asked = await ask(cast, changes);
  for (const approver of [cast.sam, cast.priya]) {
    const [outcome] = await approver.decide(asked.proposal, "approve");
    if (outcome?.refused)
      throw new Error(`${approver.name} could not approve: ${outcome.refused.message}`);
  }
  return asked;
}

/** A fresh HPKE key: P-256, uncompressed point, base64url. */
export function recipientKey(): string {
  const ecdh = createECDH("prime256v1");
  return ecdh.generateKeys("base64url");
}
