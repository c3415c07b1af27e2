import { toBase64url } from "@countersign/protocol/bytes";
import type { Opening } from "@countersign/protocol/commitment";
import type { Commitment, Digest } from "@countersign/protocol/ids";
import { NO_OPENINGS, type Openings } from "@countersign/protocol/openings";
import type { SecretPolicy } from "@countersign/protocol/policy";
import { encodeStatement, type Statement } from "@countersign/protocol/statement";
import type { TenantState } from "../../decisions/domain/state.ts";
import type { OpeningStore } from "../infrastructure/opening-store.ts";

/**
 * Everything that a reader needs to see a statement in full: texts behind its commitments, metadata
 * behind its policy digests, and for a decision the proposal that it decides. `fresh` are texts that
 * were committed to just now.
 */
export async function gatherOpenings(
  tenant: TenantState,
  store: OpeningStore,
  statement: Statement,
  fresh: Readonly<Record<Commitment, Opening>> = {},
): Promise<Openings> {
  const named = new Set(stringsIn(statement));
  const statements: Record<Digest, string> = {};
  const proposal = proposalIn(statement);
  const decided = proposal === null ? undefined : tenant.proposals.get(proposal);
  if (decided !== undefined) {
    statements[decided.proposal] = toBase64url(encodeStatement(decided.statement));
    for (const text of stringsIn(decided.statement)) named.add(text);
  }
  const policies: Record<Digest, SecretPolicy> = {};
  for (const secret of tenant.secrets.values()) {
    if (named.has(secret.policyDigest)) policies[secret.policyDigest] = secret.policy;
  }
  const stored = await store.load(statement.tenant, named);
  return {
    ...NO_OPENINGS,
    texts: { ...Object.fromEntries(stored), ...fresh },
    policies,
    statements,
  };
}

function proposalIn(statement: Statement): Digest | null {
  switch (statement.kind) {
    case "approve":
    case "deny":
    case "withdraw":
      return statement.body.proposal;
    case "revoke":
      return statement.body.subject.type === "grant" ? statement.body.subject.proposal : null;
    default:
      return null;
  }
}

function* stringsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) yield* stringsIn(member);
  }
}
