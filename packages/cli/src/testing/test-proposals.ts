import { toBase64url } from "@countersign/protocol/bytes";
import type { Digest, DraftId } from "@countersign/protocol/ids";
import { addSeconds, type Instant } from "@countersign/protocol/instants";
import type { Openings } from "@countersign/protocol/openings";
import type { Statement } from "@countersign/protocol/statement";
import type { ProposalView, SignatureLine } from "@countersign/protocol/views";
import { PRIYA, SAM } from "./test-cast.ts";
import { TestRefusal } from "./test-refusal.ts";

export type Draft = {
  draft: DraftId;
  digest: Digest;
  statement: Statement;
  bytes: Uint8Array;
  openings: Openings;
  status: "waiting" | "signed" | "declined" | "expired";
  index: number | null;
};
export type Proposal = {
  digest: Digest;
  statement: Statement;
  bytes: Uint8Array;
  openings: Openings;
  status: ProposalView["status"];
  lines: SignatureLine[];
  index: number;
  at: Instant;
  outcome: string | null;
  grant: Grant | null;
};
type Grant = {
  status: "active" | "revoked";
  expiresAt: Instant;
  notBefore: Instant;
  maxUses: number;
  /** Of each secret, of each use: what it was sealed to, and the entry of its first intent. */
  uses: Map<string, Map<number, { recipientKey: string; index: number }>>;
};

/** Two security admins for what opens or re-classifies; nobody else for the rest. */
export function chainFor(statement: Statement): SignatureLine[] {
  const needs: readonly Statement["kind"][] = [
    "request",
    "reclassify-secret",
    "register-secret",
    "bind-workload",
    "change-role",
  ];
  if (!needs.includes(statement.kind)) return [];
  return [
    { anyOf: ["security-admin"], signed: null },
    { anyOf: ["security-admin"], signed: null },
  ];
}

export function candidates() {
  return [SAM, PRIYA].map(({ person, name, role }) => ({ person, name, role, cannot: null }));
}

export function viewOf(it: Proposal, nowMs: number): ProposalView {
  return {
    proposal: it.digest,
    request: it.statement.kind === "request" ? it.statement.body.request : null,
    statement: toBase64url(it.bytes),
    openings: it.openings,
    status: it.status,
    lines: it.lines,
    candidates: it.status === "pending" ? candidates() : [],
    outcome: it.outcome,
    proposedAt: it.at,
    decideBy: addSeconds(it.at, 86_400),
    index: it.index,
    grant: it.grant === null ? null : grantView(it, it.grant, nowMs),
  };
}

function grantView(it: Proposal, grant: Grant, nowMs: number) {
  const uses = requestBody(it.statement).secrets.map(({ secret, name }) => {
    const of = grant.uses.get(secret);
    const used = of?.size ?? 0;
    const releases = [...(of ?? [])].map(([use, { index }]) => ({ use, index }));
    return { secret, name, used, left: grant.maxUses - used, releases };
  });
  const ended = Date.parse(grant.expiresAt) <= nowMs;
  const status =
    grant.status === "revoked"
      ? "revoked"
      : ended
        ? "expired"
        : uses.every((use) => use.left === 0)
          ? "spent"
          : "active";
  return { status, notBefore: grant.notBefore, expiresAt: grant.expiresAt, uses } as const;
}

/** Approves what has all its signatures. */
export function settle(it: Proposal): void {
  if (it.lines.some((line) => line.signed === null)) return;
  it.status = "approved";
  if (it.statement.kind === "request") {
    const { body } = it.statement;
    it.grant = {
      status: "active",
      expiresAt: body.expiresAt,
      notBefore: body.notBefore,
      maxUses: body.maxUses,
      uses: new Map(),
    };
  }
}

export function requestBody(statement: Statement) {
  if (statement.kind !== "request") throw new TestRefusal("malformed", "That is not a request.");
  return statement.body;
}
