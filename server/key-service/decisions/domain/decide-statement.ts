import type { CredentialId, Digest } from "@countersign/protocol/ids";
import { addSeconds, type Instant, secondsBetween } from "@countersign/protocol/instants";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { Statement, StatementOf } from "@countersign/protocol/statement";
import { digestOfNow } from "../../../kernel/digest.ts";
import { rulesOf } from "../../requests/domain/act-rules.ts";
import { FLOOR, isComplete } from "../../requests/domain/chain.ts";
import {
  decideApprove,
  decideDeny,
  decideWithdraw,
} from "../../requests/domain/decide-approval.ts";
import type { ProposedStatement } from "../../requests/domain/proposal.ts";
import type { ActContext } from "../../requests/domain/proposal-rules.ts";
import { decideEnrolDevice } from "../../roster/domain/decide-enrol-device.ts";
import { APPROVING_ROLES, holdsAnywhere, type Key } from "../../roster/domain/roster.ts";
import { sessionsEndedBy } from "../../sessions/domain/decide-end-sessions.ts";
import { decideSignIn } from "../../sessions/domain/decide-sign-in.ts";
import { whyNotSignedIn } from "../../sessions/domain/why-not-signed-in.ts";
import { judgeCounter } from "../../statements/domain/judge-counter.ts";
import { type Decision, decided, refused } from "./decision.ts";
import type { DomainEvent } from "./event.ts";
import type { Position } from "./evolve.ts";
import type { State } from "./state.ts";

/** A statement is signed within this time of being drafted. */
export const SIGNING_SECONDS = 15 * 60;
/** How long other people have to decide a proposal. */
export const DECISION_SECONDS = 72 * 3600;

export const FLOOR_DIGEST: Digest = digestOfNow("floor", FLOOR);

/** A statement whose signature has been verified against the key that is named here. */
export type SignedStatement = {
  readonly statement: Statement;
  readonly digest: Digest;
  readonly credential: CredentialId;
  /** The authenticator's counter, as received. */
  readonly signCount: number;
  /** Whether an earlier statement under the same touch has recorded the counter: it is judged once a touch. */
  readonly counted: boolean;
};

/**
 * The one way any statement takes effect. Pure: state and time in, events or a refusal out.
 *
 * The signature is a fact when this is called; everything the signature is *about* is judged here:
 * the rules in force, freshness, the single use of the nonce, the signer, their key and its counter,
 * and then the rules of the kind.
 */
export function decideStatement(state: State, signed: SignedStatement, now: Instant): Decision {
  const { statement } = signed;
  const stale = judgeFreshness(state, statement, now);
  if (stale !== null) return refused(stale);

  const tenant = state.tenants.get(statement.tenant);
  const signer = tenant?.people.get(statement.signer.person);
  if (tenant === undefined || signer === undefined || signer.status !== "active") {
    return refused(refuse("not-allowed", "The signer has no access."));
  }
  if (signer.name !== statement.signer.name) {
    return refused(refuse("facts-differ", "The statement names its signer wrongly. Start again."));
  }
  if (!holdsAnywhere(signer, statement.signer.role)) {
    return refused(
      refuse("not-allowed", "The signer does not hold the role in which this was signed."),
    );
  }
  const context: ActContext = { state, tenant, signer, now };

  const firstKey = statement.kind === "enrol-key" && statement.body.authority.by === "invitation";
  const key = firstKey
    ? keyToBe(statement, { index: state.size, at: now })
    : state.keys.get(signed.credential);
  if (key === undefined) return refused(KEY_UNKNOWN);
  const keyRefusal = judgeKey(context, key, signed);
  if (keyRefusal !== null) return keyRefusal;

  const notSignedIn = whyNotSignedIn(context, statement);
  if (notSignedIn !== null) return refused(notSignedIn);

  const decision = decideKind(context, signed, key);
  if (!decision.ok) return decision;
  const { credential } = key;
  const isEnrolled = !firstKey || decision.events.some((it) => it.type === "KeyEnrolled"); // a first key that waits has no counter yet
  return decided(
    { type: "NonceConsumed", nonce: statement.nonce, signBy: statement.signBy },
    ...decision.events,
    ...sessionsEndedBy(state, decision.events),
    ...(signed.counted || !isEnrolled
      ? []
      : [{ type: "KeyCounted", credential, signCount: signed.signCount } as const]),
  );
}

function judgeFreshness(state: State, statement: Statement, now: Instant): Refusal | null {
  if (statement.restoreEpoch !== state.genesis?.restoreEpoch || statement.floor !== FLOOR_DIGEST) {
    return refuse("rules-changed", "The rules have changed since this was drafted. Start again.");
  }
  if (state.nonces.has(statement.nonce)) {
    return refuse("nonce-used", "This has been signed and recorded already.");
  }
  const life = secondsBetween(statement.draftedAt, statement.signBy);
  if (life <= 0 || life > SIGNING_SECONDS || statement.draftedAt > addSeconds(now, 60)) {
    return refuse(
      "facts-differ",
      "The statement's times are not ones that the key service drafts.",
    );
  }
  if (statement.signBy <= now) {
    return refuse("draft-expired", "This was drafted more than 15 minutes ago. Start again.");
  }
  if (statement.checkpoint.size > state.size) {
    return refuse(
      "facts-differ",
      "The statement names a checkpoint that the ledger does not have.",
    );
  }
  return null;
}

function judgeKey(
  { state, signer }: ActContext,
  key: Key,
  signed: SignedStatement,
): Decision | null {
  if (
    key.credential !== signed.credential ||
    key.person !== signer.person ||
    key.tenant !== signer.tenant
  ) {
    return refused(KEY_UNKNOWN);
  }
  if (key.status === "revoked") {
    return refused(
      refuse("key-revoked", "This hardware key was revoked. Sign with another one of yours."),
    );
  }
  if (key.status === "locked") return refused(KEY_LOCKED);
  const approves = APPROVING_ROLES.some((role) => holdsAnywhere(signer, role));
  if (approves && key.backupEligible && state.genesis?.mode !== "development") {
    return refused(
      refuse("key-revoked", "Approvers sign with keys that cannot be copied. Use another key."),
    );
  }
  if (!signed.counted && judgeCounter(key.signCount, signed.signCount) === "regressed") {
    const { tenant, credential } = key;
    const locked = { type: "KeyLocked", tenant, credential } as const;
    return refused(KEY_LOCKED, locked, ...sessionsEndedBy(state, [locked]));
  }
  return null;
}

function decideKind(
  context: ActContext,
  { statement, digest }: SignedStatement,
  key: Key,
): Decision {
  switch (statement.kind) {
    case "enrol-device":
      return decideEnrolDevice(context, statement.body);
    case "approve":
      return decideApprove(context, statement.body.proposal, statement.signer.role, key);
    case "deny":
      return decideDeny(context, statement.body.proposal, statement.signer.role);
    case "withdraw":
      return decideWithdraw(context, statement.body.proposal);
    case "sign-in":
      return decideSignIn(context, statement.body, key);
    default:
      return decidePropose(context, statement, digest, key);
  }
}

function decidePropose(
  context: ActContext,
  statement: ProposedStatement,
  proposal: Digest,
  key: Key,
): Decision {
  const rules = rulesOf(statement);
  const judged = rules.judge(context);
  if (!judged.ok) return refused(judged.error);
  const { tenant, person: by } = context.signer;
  const { chain, beneficiaries } = judged.value;
  const latest = addSeconds(context.now, DECISION_SECONDS);
  const end = statement.kind === "request" ? statement.body.expiresAt : latest;
  const made: DomainEvent = {
    type: "ProposalMade",
    tenant,
    proposal,
    statement,
    by,
    role: statement.signer.role,
    credential: key.credential,
    beneficiaries: [...new Set([by, ...beneficiaries])],
    chain,
    decideBy: secondsBetween(end, latest) > 0 ? end : latest,
  };
  if (!isComplete(chain, [])) return decided(made);
  const effects = rules.effects(context, { proposal, approvers: [] });
  // What is taken away by one signature is gone: there is nothing left that anybody could look up.
  if (statement.kind === "revoke") return decided(...effects);
  return decided(made, { type: "ProposalAccepted", tenant, proposal }, ...effects);
}

/** A first key signs its own enrolment: what it says of itself is all that is known of it. */
function keyToBe(statement: StatementOf<"enrol-key">, { index, at }: Position): Key {
  const { body } = statement;
  return {
    tenant: statement.tenant,
    person: body.person.person,
    credential: body.credential,
    publicKey: body.publicKey,
    algorithm: body.algorithm,
    aaguid: body.aaguid,
    backupEligible: body.backupEligible,
    enrolledAt: at,
    enrolledIndex: index,
    signCount: 0,
    status: "active",
  };
}

const KEY_UNKNOWN = refuse(
  "assertion-rejected",
  "This hardware key is not enrolled for the signer.",
);
const KEY_LOCKED = refuse(
  "key-locked",
  "This hardware key's counter went back, as a copied key's does. It is locked: sign with another key and revoke this one.",
);
