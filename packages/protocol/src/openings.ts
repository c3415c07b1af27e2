import * as z from "zod";
import { fromBase64url } from "./bytes.ts";
import { openCommitment, opening } from "./commitment.ts";
import { type Commitment, commitment, type Digest, digest } from "./ids.ts";
import { policyDigest, type SecretPolicy, secretPolicy } from "./policy.ts";
import {
  parseStatement,
  type Statement,
  type StatementError,
  statementDigest,
} from "./statement.ts";
import type { TextLabel } from "./text.ts";

/**
 * What travels beside a statement: texts behind commitments, metadata behind policy digests, and the
 * statement that an approval is about, behind its digest. Untrusted: each is checked against what the
 * statement commits to before it is used.
 */
export const openings = z.strictObject({
  texts: z.record(commitment, opening),
  policies: z.record(digest, secretPolicy),
  /** Bytes of statements, base64url. */
  statements: z.record(digest, z.string().max(22_000)),
});
export type Openings = z.infer<typeof openings>;

export const NO_OPENINGS: Openings = { texts: {}, policies: {}, statements: {} };

/** A statement with what truly opens it, and nothing else. */
export type OpenedStatement = {
  readonly digest: Digest;
  readonly statement: Statement;
  readonly texts: ReadonlyMap<Commitment, string>;
  readonly policies: ReadonlyMap<Digest, SecretPolicy>;
  readonly statements: ReadonlyMap<Digest, OpenedStatement>;
};

/**
 * The fields of statements that hold a commitment, and under which label it must open: the text that
 * somebody gave as a justification can thus never be shown as a person's name. A spec walks every kind
 * and fails if a commitment stands under a name that is missing here.
 */
export const COMMITTED_FIELDS = {
  name: "person-name",
  label: "device-label",
  justification: "justification",
  ticket: "ticket",
  reason: "reason",
  account: "account",
} as const satisfies Record<string, TextLabel>;

/**
 * Parses statement bytes and keeps of the openings only what the statement commits to, in the place
 * where it is committed. A lying caller can leave openings out, which then show as ids; it cannot make a
 * statement show what its signer did not sign. Statements behind digests open to `depth` levels.
 */
export async function openStatement(
  bytes: Uint8Array,
  given: Openings,
  depth = 1,
): Promise<{ ok: true; value: OpenedStatement } | { ok: false; error: StatementError }> {
  const parsed = parseStatement(bytes);
  if (!parsed.ok) return parsed;
  const wanted = wantedBy(parsed.value);

  const texts = new Map<Commitment, string>();
  for (const [target, label] of wanted.texts) {
    const text =
      label === null ? null : await openCommitment(target, label, own(given.texts, target));
    if (text !== null) texts.set(target, text);
  }
  const policies = new Map<Digest, SecretPolicy>();
  for (const target of wanted.policies) {
    const policy = own(given.policies, target);
    if (policy !== undefined && (await policyDigest(policy)) === target)
      policies.set(target, policy);
  }
  const statements = new Map<Digest, OpenedStatement>();
  for (const target of depth > 0 ? wanted.statements : []) {
    const inner = fromBase64url(own(given.statements, target) ?? "");
    if (inner === null || (await statementDigest(inner)) !== target) continue;
    const opened = await openStatement(inner, given, depth - 1);
    if (opened.ok) statements.set(target, opened.value);
  }
  return {
    ok: true,
    value: {
      digest: await statementDigest(bytes),
      statement: parsed.value,
      texts,
      policies,
      statements,
    },
  };
}

type Wanted = {
  /** Null: the same commitment stands under two labels, which no honest drafter does. Never opened. */
  readonly texts: Map<Commitment, TextLabel | null>;
  readonly policies: Set<Digest>;
  readonly statements: Set<Digest>;
};

function wantedBy(of: Statement): Wanted {
  const wanted: Wanted = { texts: new Map(), policies: new Set(), statements: new Set() };
  collect(of, wanted);
  return wanted;
}

function collect(value: unknown, into: Wanted): void {
  if (typeof value !== "object" || value === null) return;
  for (const [field, member] of Object.entries(value)) {
    if (typeof member !== "string") {
      collect(member, into);
      continue;
    }
    if (isCommittedField(field)) {
      const target = commitment.safeParse(member);
      // The name of a secret is no commitment: it has slashes, base64url has none.
      if (target.success) addText(into.texts, target.data, COMMITTED_FIELDS[field]);
    }
    if (field === "policy") into.policies.add(digest.parse(member));
    if (field === "proposal") into.statements.add(digest.parse(member));
  }
}

function addText(
  texts: Map<Commitment, TextLabel | null>,
  target: Commitment,
  label: TextLabel,
): void {
  const before = texts.get(target);
  texts.set(target, before === undefined || before === label ? label : null);
}

function isCommittedField(field: string): field is keyof typeof COMMITTED_FIELDS {
  return Object.hasOwn(COMMITTED_FIELDS, field);
}

/** A member of a record that came from outside: never one that the record merely inherits. */
function own<K extends string, V>(record: Partial<Record<K, V>>, key: K): V | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
