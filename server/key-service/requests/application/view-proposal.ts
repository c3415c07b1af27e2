import { toBase64url } from "@countersign/protocol/bytes";
import type { Commitment, Digest, PersonId, RequestId } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import type { Refusal } from "@countersign/protocol/refusals";
import type { Role } from "@countersign/protocol/roles";
import { matchLines } from "@countersign/protocol/signing-lines";
import { encodeStatement } from "@countersign/protocol/statement";
import type { Candidate, ProposalView, SignatureLine } from "@countersign/protocol/views";
import type { State, TenantState } from "../../decisions/domain/state.ts";
import type { Grant } from "../../grants/domain/grant.ts";
import type { Person } from "../../roster/domain/roster.ts";
import { gatherOpenings } from "../../statements/application/gather-openings.ts";
import type { OpeningStore } from "../../statements/infrastructure/opening-store.ts";
import type { Chain } from "../domain/chain.ts";
import { whyNotApprove } from "../domain/decide-approval.ts";
import type { Approval, Proposal } from "../domain/proposal.ts";
import { standingApprovals } from "../domain/standing-approvals.ts";

export type ViewContext = {
  readonly state: State;
  readonly tenant: TenantState;
  readonly openings: OpeningStore;
  readonly now: Instant;
};

/** A proposal as people see it: its own words, who signed, who can sign now and why others cannot. */
export async function viewProposal(
  context: ViewContext,
  proposal: Proposal,
): Promise<ProposalView> {
  const { tenant } = context;
  const names = await personNames(context, proposal);
  const grant = proposal.request === null ? undefined : tenant.grants.get(proposal.request);
  return {
    proposal: proposal.proposal,
    request: proposal.request,
    statement: toBase64url(encodeStatement(proposal.statement)),
    openings: await gatherOpenings(tenant, context.openings, proposal.statement),
    status: proposal.status,
    lines: signatureLines(proposal.chain, approvalsShown(context, proposal), names),
    candidates: proposal.status === "pending" ? candidates(context, proposal, names) : [],
    outcome: outcomeOf(proposal, names),
    proposedAt: proposal.proposedAt,
    decideBy: proposal.decideBy,
    index: proposal.index,
    grant: grant === undefined ? null : viewGrant(tenant, grant, context.now),
  };
}

/** While it is undecided, those that count; of what is decided, those that were given. */
function approvalsShown(context: ViewContext, proposal: Proposal): readonly Approval[] {
  return proposal.status === "pending" ? standingApprovals(context, proposal) : proposal.approvals;
}

/** The lines of a chain that nobody has signed yet, for a draft that is not proposed yet. */
export function emptyLines(chain: Chain): SignatureLine[] {
  return chain.map((line) => ({ anyOf: [...line.anyOf], signed: null }));
}

function signatureLines(
  chain: Chain,
  approvals: readonly Approval[],
  names: ReadonlyMap<PersonId, string>,
): SignatureLine[] {
  const signers = matchLines(
    chain,
    approvals.map((it) => it.role),
  );
  return chain.map((line, at) => {
    const approval = approvals[signers[at] ?? -1];
    if (approval === undefined) return { anyOf: [...line.anyOf], signed: null };
    const name = names.get(approval.person) ?? approval.person;
    return { anyOf: [...line.anyOf], signed: { ...approval, name } };
  });
}

/** People who hold a role of the chain, each with the role they would sign in, or why they cannot. */
function candidates(
  { state, tenant, now }: ViewContext,
  proposal: Proposal,
  names: ReadonlyMap<PersonId, string>,
): Candidate[] {
  return [...tenant.people.values()].flatMap((person) => {
    const roles = rolesInChain(person, proposal.chain);
    const [first] = roles;
    if (person.status !== "active" || first === undefined) return [];
    const able = roles.find(
      (role) => whyNotApprove({ state, tenant, now }, proposal, person, role) === null,
    );
    const no = whyNotApprove({ state, tenant, now }, proposal, person, able ?? first);
    const name = names.get(person.person) ?? person.person;
    return [
      {
        person: person.person,
        name,
        role: able ?? first,
        cannot: no === null ? null : ofOthers(no),
      },
    ];
  });
}

/** Why somebody else cannot sign, told to whoever looks. */
function ofOthers({ code, message }: Refusal): string {
  switch (code) {
    case "own-proposal":
      return "asks for it, or it is about them";
    case "same-person-twice":
      return "has signed";
    case "no-step-left":
      return "no open line takes their role";
    case "not-allowed":
      return "holds the role for another service";
    case "enrolled-too-recently":
      return "was enrolled within the last 30 days by, or together with, somebody who asks, gains or signs";
    default:
      return message;
  }
}

export function rolesInChain(person: Person, chain: Chain): Role[] {
  const held = new Set(person.roles.map((it) => it.role));
  return [...new Set(chain.flatMap((line) => line.anyOf))].filter((role) => held.has(role));
}

async function personNames({ tenant, openings }: ViewContext, proposal: Proposal) {
  const commitments = new Map<Commitment, PersonId>();
  for (const person of tenant.people.values()) {
    const matters =
      rolesInChain(person, proposal.chain).length > 0 ||
      proposal.beneficiaries.includes(person.person);
    if (matters) commitments.set(person.name, person.person);
  }
  const opened = await openings.load(proposal.tenant, commitments.keys());
  const names = new Map<PersonId, string>();
  for (const [commitment, person] of commitments) {
    const text = opened.get(commitment)?.value;
    if (text !== undefined) names.set(person, text);
  }
  return names;
}

function outcomeOf(proposal: Proposal, names: ReadonlyMap<PersonId, string>): string | null {
  switch (proposal.status) {
    case "denied":
      return `Refused by ${names.get(proposal.decidedBy) ?? proposal.decidedBy}.`;
    case "withdrawn":
      return "Withdrawn by whoever asked.";
    case "expired":
      return "Nobody decided in time.";
    default:
      return null;
  }
}

function viewGrant(
  tenant: TenantState,
  grant: Grant,
  now: Instant,
): NonNullable<ProposalView["grant"]> {
  const uses = grant.secrets.map((it) => ({
    secret: it.secret,
    name: nameOf(tenant, it.secret),
    used: it.uses.length,
    left: grant.maxUses - it.uses.length,
    releases: it.uses.map(({ use, intentIndex }) => ({ use, index: intentIndex })),
  }));
  const spent = uses.every((it) => it.left <= 0);
  const status =
    grant.status !== "active"
      ? grant.status
      : grant.expiresAt <= now
        ? "expired"
        : spent
          ? "spent"
          : "active";
  return { status, notBefore: grant.notBefore, expiresAt: grant.expiresAt, uses };
}

function nameOf(tenant: TenantState, secret: Grant["secrets"][number]["secret"]) {
  const found = tenant.secrets.get(secret);
  if (found === undefined) throw new Error("a grant names a secret that was registered");
  return found.name;
}

export function findProposal(tenant: TenantState, id: Digest | RequestId): Proposal | undefined {
  const byDigest = tenant.proposals.get(id as Digest); // an id of the other kind is simply not a key of this map
  if (byDigest !== undefined) return byDigest;
  const digest = tenant.requests.get(id as RequestId); // likewise
  return digest === undefined ? undefined : tenant.proposals.get(digest);
}
