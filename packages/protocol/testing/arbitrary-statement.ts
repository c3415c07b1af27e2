import fc from "fast-check";
import { fromUtf8, toBase64url } from "../src/bytes.ts";
import { commit } from "../src/commitment.ts";
import { type Commitment, commitment, type Digest, type Salt, salt } from "../src/ids.ts";
import { addSeconds } from "../src/instants.ts";
import { COMMITTED_FIELDS, type Openings } from "../src/openings.ts";
import { policyDigest, type SecretPolicy } from "../src/policy.ts";
import { ROLES } from "../src/roles.ts";
import {
  ATTESTATION_LEVELS,
  encodeStatement,
  KEY_ALGORITHMS,
  parseStatement,
  STATEMENT_BODIES,
  type Statement,
  type StatementKind,
  type StatementOf,
  statement,
  statementDigest,
} from "../src/statement.ts";
import { SECRET_CATEGORIES, SECRET_TYPES } from "../src/taxonomy.ts";
import type { TextLabel } from "../src/text.ts";
import {
  aBindingId,
  aCommitment,
  aCredentialId,
  aDeviceId,
  aDigest,
  aNameInEnvironment,
  aNonce,
  anAssignment,
  anInstant,
  anIssuer,
  aPeriod,
  aPersonId,
  aPublicKey,
  aRawPublicKey,
  aRequestId,
  aSalt,
  aSecretId,
  aSecretPolicy,
  aSpiffeId,
  aTenantId,
  aTextFor,
} from "./arbitrary-values.ts";

/*
 * Arbitrary statements of every kind, for property tests of any room. `arbitraryStatement` commits to
 * random bytes, which nothing opens; `arbitraryOpenable` also makes the openings.
 */

export const STATEMENT_KINDS = Object.keys(STATEMENT_BODIES) as StatementKind[]; // keys of a literal object

const personRef = fc.record({ person: aPersonId, name: aCommitment });
const secretRef = fc
  .tuple(
    fc.record({
      secret: aSecretId,
      version: fc.integer({ min: 1, max: 1_000_000 }),
      policy: aDigest,
    }),
    aNameInEnvironment,
  )
  .map(([ref, name]) => ({ ...ref, ...name }));
const valueRef = fc.oneof(
  fc.record({ source: fc.constant("sealed" as const), sealed: aDigest, envelope: aDigest }),
  fc.record({ source: fc.constant("generated" as const), envelope: aDigest }),
);
const binding = fc.record({
  binding: aBindingId,
  workload: aSpiffeId,
  proof: fc.constantFrom("end-to-end" as const, "gateway-vouched" as const),
  expiresAt: anInstant,
});
const assignments = fc.array(anAssignment, { maxLength: 8 });
const policyChange = fc.record({ secret: secretRef, after: aSecretPolicy });
const optionalReason = fc.record({ proposal: aDigest, reason: fc.option(aCommitment) });

const BODIES: { readonly [K in StatementKind]: fc.Arbitrary<StatementOf<K>["body"]> } = {
  "enrol-key": fc.record({
    person: personRef,
    credential: aCredentialId,
    publicKey: aPublicKey,
    algorithm: fc.constantFrom(...KEY_ALGORITHMS),
    aaguid: fc.uuid().map((it) => it.toLowerCase()),
    backupEligible: fc.boolean(),
    attestation: fc.constantFrom(...ATTESTATION_LEVELS),
    authority: fc.oneof(
      fc.record({ by: fc.constant("invitation" as const), invitation: aDigest }),
      fc.record({ by: fc.constant("own-key" as const), credential: aCredentialId }),
    ),
  }),
  "enrol-device": fc.record({
    device: aDeviceId,
    label: aCommitment,
    publicKey: aRawPublicKey,
    expiresAt: anInstant,
  }),
  "change-role": fc.record({ person: personRef, before: assignments, after: assignments }),
  "link-identity": fc.record({ person: personRef, account: aCommitment }),
  "sign-in": fc
    .record({ session: aDigest, issuer: anIssuer, account: aCommitment, period: aPeriod })
    .map(({ period: [authenticatedAt, expiresAt], ...body }) => ({
      ...body,
      authenticatedAt,
      expiresAt,
    })),
  "register-secret": fc
    .tuple(
      fc.record({
        secret: aSecretId,
        type: fc.constantFrom(...SECRET_TYPES),
        category: fc.constantFrom(...SECRET_CATEGORIES),
        policy: aSecretPolicy,
        identity: aDigest,
        value: fc.option(valueRef),
        bindings: fc.array(binding, { maxLength: 4 }),
      }),
      aNameInEnvironment,
    )
    .map(([body, name]) => ({ ...body, ...name })),
  "edit-secret": policyChange,
  "reclassify-secret": policyChange,
  "put-value": fc.record({ secret: secretRef, identity: aDigest, value: valueRef }),
  request: fc
    .record({
      request: aRequestId,
      secrets: fc.uniqueArray(secretRef, {
        minLength: 1,
        maxLength: 5,
        selector: (it) => it.secret,
      }),
      recipient: fc.record({ device: aDeviceId, label: aCommitment, enrolledAt: anInstant }),
      justification: aCommitment,
      ticket: aCommitment,
      period: aPeriod,
      maxUses: fc.integer({ min: 1, max: 100 }),
    })
    .map(({ period: [notBefore, expiresAt], ...body }) => ({ ...body, notBefore, expiresAt })),
  approve: optionalReason,
  deny: fc.record({ proposal: aDigest, reason: aCommitment }),
  withdraw: optionalReason,
  "bind-workload": fc.record({ secret: secretRef, binding }),
  revoke: fc.record({
    subject: fc.oneof(
      fc.record({
        type: fc.constant("grant" as const),
        request: aRequestId,
        proposal: aDigest,
      }),
      fc.record({ type: fc.constant("device" as const), device: aDeviceId, label: aCommitment }),
      fc.record({
        type: fc.constant("key" as const),
        person: personRef,
        credential: aCredentialId,
      }),
      fc.record({ type: fc.constant("binding" as const), binding: aBindingId, secret: secretRef }),
      fc.record({ type: fc.constant("secret" as const), secret: secretRef }),
      fc.record({ type: fc.constant("person" as const), person: personRef }),
      fc.record({
        type: fc.constant("identity" as const),
        person: personRef,
        account: aCommitment,
      }),
    ),
    reason: aCommitment,
  }),
};

const common = fc
  .record({
    version: fc.constant(1 as const),
    tenant: aTenantId,
    signer: fc.record({
      person: aPersonId,
      name: aCommitment,
      role: fc.constantFrom(...ROLES, "member" as const),
    }),
    nonce: aNonce,
    period: aPeriod,
    restoreEpoch: fc.nat(9),
    rosterEpoch: fc.nat(10_000),
    floor: aDigest,
    checkpoint: fc.record({ size: fc.nat(1_000_000), root: aDigest }),
  })
  .map(({ period: [draftedAt], ...rest }) => ({
    ...rest,
    draftedAt,
    signBy: draftedAt < "2099" ? addSeconds(draftedAt, 600) : draftedAt,
  }));

/** A valid statement of one kind, or of any. */
export function arbitraryStatement(
  kind: StatementKind | fc.Arbitrary<StatementKind> = fc.constantFrom(...STATEMENT_KINDS),
): fc.Arbitrary<Statement> {
  const kinds = typeof kind === "string" ? fc.constant(kind) : kind;
  return kinds.chain((it) =>
    fc
      .tuple(common, BODIES[it] as fc.Arbitrary<Statement["body"]>) // the union of what the table holds
      .map(([rest, body]) => statement.parse({ ...rest, kind: it, body })),
  );
}

/** A statement, its bytes, and everything that opens it. */
export type Openable = {
  readonly statement: Statement;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly digest: Digest;
  readonly openings: Openings;
};

/**
 * Makes a statement that opens: call the generated function for it (digests are asynchronous). Decisions
 * are about a request or another proposal that opens too.
 */
export function arbitraryOpenable(kind?: StatementKind): fc.Arbitrary<() => Promise<Openable>> {
  const about = fc.constantFrom(...STATEMENT_KINDS.filter((it) => !mayBeAboutAnother(it)));
  return fc
    .record({
      template: arbitraryStatement(kind),
      inner: arbitraryStatement(about),
      firstSalt: aSalt,
      texts: fc.record(textsByLabel()),
      policies: fc.array(aSecretPolicy, { minLength: 1, maxLength: 3 }),
    })
    .map(
      ({ template, inner, ...seeds }) =>
        () =>
          makeOpenable(template, inner, seeds),
    );
}

function textsByLabel(): Record<TextLabel, fc.Arbitrary<string[]>> {
  const some = (label: TextLabel) => fc.array(aTextFor(label), { minLength: 1, maxLength: 3 });
  return {
    "person-name": some("person-name"),
    "device-label": some("device-label"),
    justification: some("justification"),
    ticket: some("ticket"),
    reason: some("reason"),
    description: some("description"),
    account: some("account"),
  };
}

/** Decisions, and the end of a grant: what they are about is never one of them again. */
function mayBeAboutAnother(kind: StatementKind): boolean {
  return kind === "approve" || kind === "deny" || kind === "withdraw" || kind === "revoke";
}

export type OpenableSeeds = {
  readonly firstSalt: Salt;
  readonly texts: Readonly<Record<TextLabel, readonly string[]>>;
  readonly policies: readonly SecretPolicy[];
};

/**
 * The template with its commitments, policy digests and decided proposal replaced by ones that open:
 * texts and policies are dealt out in turn, each text with a salt of its own.
 */
export async function makeOpenable(
  template: Statement,
  inner: Statement,
  seeds: OpenableSeeds,
): Promise<Openable> {
  const openings = {
    texts: {} as Openings["texts"],
    policies: {} as Openings["policies"],
    statements: {} as Openings["statements"],
  };
  let dealt = 0;

  async function dealText(label: TextLabel): Promise<Commitment> {
    const texts = seeds.texts[label];
    const value = texts[dealt % texts.length] ?? "";
    const fresh = salt.parse(nthSalt(seeds.firstSalt, dealt));
    const made = await commit(label, value, fresh);
    openings.texts[made] = { label, salt: fresh, value };
    return made;
  }

  async function dealPolicy(): Promise<Digest> {
    const policy = seeds.policies[dealt % seeds.policies.length];
    if (policy === undefined) throw new TypeError("there is no policy to deal");
    const made = await policyDigest(policy);
    openings.policies[made] = policy;
    return made;
  }

  async function fill(value: unknown): Promise<unknown> {
    if (Array.isArray(value)) {
      const filled: unknown[] = [];
      for (const member of value) filled.push(await fill(member));
      return filled;
    }
    if (typeof value !== "object" || value === null) return value;
    const filled: Record<string, unknown> = {};
    for (const [field, member] of Object.entries(value)) {
      dealt += 1;
      if (isCommitted(field) && commitment.safeParse(member).success) {
        filled[field] = await dealText(COMMITTED_FIELDS[field]);
      } else if (field === "policy" && typeof member === "string") {
        filled[field] = await dealPolicy();
      } else if (field === "proposal") {
        const about = await makeOpenable(inner, inner, seeds);
        Object.assign(openings.texts, about.openings.texts);
        Object.assign(openings.policies, about.openings.policies);
        openings.statements[about.digest] = toBase64url(about.bytes);
        filled[field] = about.digest;
      } else filled[field] = await fill(member);
    }
    return filled;
  }

  const bytes = encodeStatement(statement.parse(await fill(template)));
  const parsed = parseStatement(bytes);
  if (!parsed.ok) throw new TypeError(`${parsed.error.message}: ${fromUtf8(bytes)}`);
  return { statement: parsed.value, bytes, digest: await statementDigest(bytes), openings };
}

function isCommitted(field: string): field is keyof typeof COMMITTED_FIELDS {
  return Object.hasOwn(COMMITTED_FIELDS, field);
}

/** The first 43 characters of base64url that differ from the first salt in their counter. */
function nthSalt(first: Salt, n: number): string {
  return `${n.toString(36).padStart(6, "0")}${first.slice(6)}`;
}
