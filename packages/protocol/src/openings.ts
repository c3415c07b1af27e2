import { z } from "zod";
import { fromBase64url } from "./bytes.ts";
import { type Opening, openCommitment, opening } from "./commitment.ts";
import { type Commitment, commitment, type Digest, digest } from "./ids.ts";
import { policyDigest, type SecretPolicy, secretPolicy } from "./policy.ts";
import {
  parseStatement,
  type Statement,
  type StatementError,
  statementDigest,
} from "./statement.ts";
import { TEXT_LABELS } from "./text.ts";

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
 * Parses statement bytes and keeps of the openings only what the statement commits to. A lying caller
 * can leave openings out; it cannot make a statement show what its signer did not sign.
 */
export async function openStatement(
  bytes: Uint8Array,
  given: Openings,
  depth = 1,
): Promise<{ ok: true; value: OpenedStatement } | { ok: false; error: StatementError }> {
  const parsed = parseStatement(bytes);
  if (!parsed.ok) return parsed;
  const named = new Set(stringsIn(parsed.value));

  const texts = new Map<Commitment, string>();
  for (const [key, value] of Object.entries(given.texts) as [Commitment, Opening][]) {
    if (!named.has(key)) continue;
    const text = await openAny(key, value);
    if (text !== null) texts.set(key, text);
  }
  const policies = new Map<Digest, SecretPolicy>();
  for (const [key, value] of Object.entries(given.policies) as [Digest, SecretPolicy][]) {
    if (named.has(key) && (await policyDigest(value)) === key) policies.set(key, value);
  }
  const statements = new Map<Digest, OpenedStatement>();
  for (const [key, value] of Object.entries(given.statements) as [Digest, string][]) {
    const inner = fromBase64url(value);
    if (depth === 0 || !named.has(key) || inner === null) continue;
    if ((await statementDigest(inner)) !== key) continue;
    const opened = await openStatement(inner, given, depth - 1);
    if (opened.ok) statements.set(key, opened.value);
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

/** The label is part of the commitment, so an opening can only ever open under its own label. */
async function openAny(target: Commitment, given: Opening): Promise<string | null> {
  for (const label of TEXT_LABELS) {
    const text = await openCommitment(target, label, given);
    if (text !== null) return text;
  }
  return null;
}

function* stringsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) yield* stringsIn(member);
  }
}
