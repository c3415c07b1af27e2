import { randomBytes } from "node:crypto";
import { toBase64url } from "@countersign/protocol/bytes";
import { commit } from "@countersign/protocol/commitment";
import { digestOf } from "@countersign/protocol/digest";
import {
  bindingId,
  type Commitment,
  credentialId,
  type Digest,
  deviceId,
  draftId,
  idText,
  nonce,
  personId,
  requestId,
  salt,
  secretId,
} from "@countersign/protocol/ids";
import { addSeconds, type Instant, toInstant } from "@countersign/protocol/instants";
import { secretName, tenantId } from "@countersign/protocol/names";
import type { Openings } from "@countersign/protocol/openings";
import { policyDigest, secretPolicy } from "@countersign/protocol/policy";
import type { Role, SigningRole } from "@countersign/protocol/roles";
import {
  encodeStatement,
  type Statement,
  statement,
  statementDigest,
} from "@countersign/protocol/statement";
import type { TextLabel } from "@countersign/protocol/text";

/* Real statements of the cast, made as the key service drafts them. */

export const ACME = tenantId.parse("acme");
export const now = (): Instant => toInstant(Date.now());
const random = (sizeBytes: number) => new Uint8Array(randomBytes(sizeBytes));
const zeroDigest = await digestOf("floor", { test: true });

export type CastMember = ReturnType<typeof castMember>;
function castMember(name: string, role: Role) {
  return {
    person: personId.parse(idText("p", random(16))),
    name,
    role,
    userHandle: toBase64url(random(32)),
  };
}
export const OLIVIA = castMember("Olivia Hart", "service-owner");
export const SAM = castMember("Sam Okafor", "security-admin");
export const PRIYA = castMember("Priya Nair", "security-admin");
export const CASS = castMember("Cass Moreno", "ciso");

export type Made = {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly openings: Openings;
};

/** Collects what opens a statement while it is made. */
class Opener {
  readonly openings: {
    texts: Openings["texts"];
    policies: Openings["policies"];
    statements: Openings["statements"];
  } = {
    texts: {},
    policies: {},
    statements: {},
  };
  async text(label: TextLabel, value: string): Promise<Commitment> {
    const fresh = salt.parse(toBase64url(random(32)));
    const made = await commit(label, value, fresh);
    this.openings.texts[made] = { label, salt: fresh, value };
    return made;
  }
}

async function make(
  opener: Opener,
  of: { kind: string; signer: CastMember; role: SigningRole; body: unknown },
): Promise<Made> {
  const draftedAt = now();
  const made: Statement = statement.parse({
    kind: of.kind,
    version: 1,
    tenant: ACME,
    signer: {
      person: of.signer.person,
      name: await opener.text("person-name", of.signer.name),
      role: of.role,
    },
    nonce: nonce.parse(toBase64url(random(32))),
    draftedAt,
    signBy: addSeconds(draftedAt, 900),
    restoreEpoch: 0,
    rosterEpoch: 7,
    floor: zeroDigest,
    checkpoint: { size: 1041, root: zeroDigest },
    body: of.body,
  });
  const bytes = encodeStatement(made);
  return { bytes, digest: await statementDigest(bytes), openings: opener.openings };
}

export async function requestStatement(
  of: { names?: string[]; why?: string; ticket?: string; hours?: number; by?: CastMember } = {},
): Promise<Made> {
  const opener = new Opener();
  const policy = secretPolicy.parse({
    owner: "olivia.hart",
    service: "payments",
    dataClassification: "pii",
    tier: "critical",
    rotationPeriodDays: 30,
  });
  const digest = await policyDigest(policy);
  opener.openings.policies[digest] = policy;
  const notBefore = now();
  const body = {
    request: requestId.parse(idText("r", random(16))),
    secrets: (of.names ?? ["payments/prod/postgres/app-password"]).map((name) => ({
      secret: secretId.parse(idText("s", random(16))),
      name: secretName.parse(name),
      environment: name.split("/")[1],
      version: 4,
      policy: digest,
    })),
    recipient: {
      device: deviceId.parse(idText("d", random(16))),
      label: await opener.text("device-label", "Olivia's laptop"),
      enrolledAt: addSeconds(notBefore, -3 * 86_400 - 4000),
    },
    justification: await opener.text(
      "justification",
      of.why ?? "The nightly settlement job cannot connect; I need to check the password by hand.",
    ),
    ticket: await opener.text("ticket", of.ticket ?? "PAY-2041"),
    notBefore,
    expiresAt: addSeconds(notBefore, (of.hours ?? 1) * 3600),
    maxUses: 1,
  };
  return make(opener, { kind: "request", signer: of.by ?? OLIVIA, role: "service-owner", body });
}

export async function revokeKeyStatement(of: { by: CastMember; whose: CastMember }): Promise<Made> {
  const opener = new Opener();
  const person = {
    person: of.whose.person,
    name: await opener.text("person-name", of.whose.name),
  };
  const credential = credentialId.parse(toBase64url(random(32)));
  const reason = await opener.text("reason", "Lost on the train between Leeds and York.");
  const body = { subject: { type: "key", person, credential }, reason };
  return make(opener, { kind: "revoke", signer: of.by, role: of.by.role, body });
}

export async function decisionStatement(of: {
  kind: "approve" | "deny" | "withdraw";
  by: CastMember;
  about: Made;
  reason?: string;
}): Promise<Made> {
  const opener = new Opener();
  const reason = of.reason === undefined ? null : await opener.text("reason", of.reason);
  const made = await make(opener, {
    kind: of.kind,
    signer: of.by,
    role: of.by.role,
    body: { proposal: of.about.digest, reason },
  });
  Object.assign(opener.openings.texts, of.about.openings.texts);
  Object.assign(opener.openings.policies, of.about.openings.policies);
  opener.openings.statements[of.about.digest] = toBase64url(of.about.bytes);
  return made;
}

export async function enrolKeyStatement(of: {
  by: CastMember;
  credential: string;
  publicKey: string;
  algorithm: number;
  aaguid: string;
  backupEligible: boolean;
  vouching: string | null;
}): Promise<Made> {
  const opener = new Opener();
  const { credential, publicKey, algorithm, aaguid, backupEligible } = of;
  const model = { aaguid, backupEligible, attestation: "unverified" };
  const authority =
    of.vouching === null
      ? { by: "invitation", invitation: zeroDigest }
      : { by: "own-key", credential: credentialId.parse(of.vouching) };
  const person = { person: of.by.person, name: await opener.text("person-name", of.by.name) };
  const body = { person, credential, publicKey, algorithm, ...model, authority };
  return make(opener, { kind: "enrol-key", signer: of.by, role: "member", body });
}

export async function enrolDeviceStatement(by: CastMember, label: string): Promise<Made> {
  const opener = new Opener();
  const body = {
    device: deviceId.parse(idText("d", random(16))),
    label: await opener.text("device-label", label),
    publicKey: toBase64url(random(32)),
    expiresAt: addSeconds(now(), 90 * 86_400),
  };
  return make(opener, { kind: "enrol-device", signer: by, role: "member", body });
}

export async function signInStatement(by: CastMember): Promise<Made> {
  const opener = new Opener();
  const issuer = "https://idp.acme.example";
  const authenticatedAt = addSeconds(now(), -30);
  const body = {
    session: toBase64url(random(32)),
    issuer,
    account: await opener.text("account", `${issuer} sam`),
    authenticatedAt,
    expiresAt: addSeconds(authenticatedAt, 12 * 3600),
  };
  return make(opener, { kind: "sign-in", signer: by, role: "member", body });
}

export async function bindWorkloadStatement(by: CastMember): Promise<Made> {
  const opener = new Opener();
  const policy = secretPolicy.parse({
    owner: "olivia.hart",
    service: "payments",
    dataClassification: "confidential",
    tier: "high",
    rotationPeriodDays: 90,
  });
  const digest = await policyDigest(policy);
  opener.openings.policies[digest] = policy;
  const body = {
    secret: {
      secret: secretId.parse(idText("s", random(16))),
      name: secretName.parse("payments/prod/stripe/webhook-secret"),
      environment: "prod",
      version: 2,
      policy: digest,
    },
    binding: {
      binding: bindingId.parse(idText("b", random(16))),
      workload: "spiffe://acme.example/ns/payments/sa/settlement-worker",
      proof: "end-to-end",
      expiresAt: addSeconds(now(), 60 * 86_400),
    },
  };
  return make(opener, { kind: "bind-workload", signer: by, role: "service-owner", body });
}

export const newDraftId = () => draftId.parse(idText("x", random(16)));
