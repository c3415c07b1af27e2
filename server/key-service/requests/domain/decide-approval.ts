import type { Digest } from "@countersign/protocol/ids";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import { ROLE_NAMES, type Role, type SigningRole } from "@countersign/protocol/roles";
import { type Decision, decided, refused } from "../../decisions/domain/decision.ts";
import {
  holds,
  holdsAnywhere,
  type Key,
  type Person,
  recentSponsors,
} from "../../roster/domain/roster.ts";
import { rulesOf } from "./act-rules.ts";
import { fillsALine, isComplete, stricter } from "./chain.ts";
import type { Proposal } from "./proposal.ts";
import type { ActContext } from "./proposal-rules.ts";
import { serviceOfProposal } from "./proposal-service.ts";
import { isProposerStanding, standingApprovals } from "./standing-approvals.ts";

/**
 * Whether this person may sign a line of this proposal now, in this role. The one place that says so:
 * the desk's explanation and the decision itself ask the same question. Null: they may.
 */
export function whyNotApprove(
  context: Omit<ActContext, "signer">,
  proposal: Proposal,
  approver: Person,
  role: SigningRole,
): Refusal | null {
  const over = whyOver(proposal, context);
  if (over !== null) return over;
  if (proposal.by === approver.person || proposal.beneficiaries.includes(approver.person)) {
    return refuse(
      "own-proposal",
      "You cannot approve what you asked for or what is about you. Others must.",
    );
  }
  if (proposal.approvals.some((it) => it.person === approver.person)) {
    return refuse(
      "same-person-twice",
      "You have signed this already. The next line takes another person.",
    );
  }
  if (role === "member" || !holds(approver, role, serviceOfProposal(proposal))) {
    return refuse("not-allowed", "You do not hold a role that signs here.");
  }
  const chain = chainNow(context, proposal);
  if (chain === null)
    return refuse("facts-differ", "What was asked for is no longer so. It must be asked anew.");
  const roles = standingApprovals(context, proposal).map((it) => it.role);
  if (!fillsALine(chain, roles, role)) {
    return refuse("no-step-left", `No open line takes a ${ROLE_NAMES[role]}.`);
  }
  return recentTie(context.tenant, proposal, approver, context.now);
}

/** Approvers must not owe their place to each other, or to whoever asks or gains [lesson L18, L20]. */
function recentTie(
  { people }: ActContext["tenant"],
  { by, beneficiaries, approvals, statement }: Proposal,
  approver: Person,
  now: ActContext["now"],
): Refusal | null {
  const late = (message: string) => refuse("enrolled-too-recently", message);
  const mine = recentSponsors(approver, now);
  if (mine.has(by)) {
    return late(
      "You cannot approve this: the person who asks enrolled you within the last 30 days.",
    );
  }
  // Nobody gains by losing something: to owe one's place to whoever is revoked ties nobody's hands.
  if (statement.kind !== "revoke" && beneficiaries.some((it) => mine.has(it))) {
    return late(
      "You cannot approve this: a person who gains by it enrolled you within the last 30 days.",
    );
  }
  for (const { person } of approvals) {
    const other = people.get(person);
    if (other === undefined) continue;
    const theirs = recentSponsors(other, now);
    if (mine.has(person)) {
      return late(
        "You cannot approve this: another approver enrolled you within the last 30 days.",
      );
    }
    if (theirs.has(approver.person)) {
      return late(
        "You cannot approve this: you enrolled another approver within the last 30 days.",
      );
    }
    if ([...mine].some((it) => theirs.has(it))) {
      return late(
        "You cannot approve this: you and another approver were enrolled by one person within 30 days.",
      );
    }
  }
  return null;
}

function whyOver(proposal: Proposal, { now }: Pick<ActContext, "now">): Refusal | null {
  if (proposal.status !== "pending") {
    return refuse("already-decided", `This is ${proposal.status} already.`);
  }
  return proposal.decideBy <= now
    ? refuse("already-decided", "This has expired. It must be asked anew.")
    : null;
}

/** The stricter of the chain when it was proposed and the chain now; null where the act no longer stands. */
function chainNow(context: Omit<ActContext, "signer">, proposal: Proposal) {
  const signer = context.tenant.people.get(proposal.by);
  if (signer === undefined || !isProposerStanding(context, proposal)) return null;
  const judged = rulesOf(proposal.statement).judge({ ...context, signer });
  return judged.ok ? stricter(proposal.chain, judged.value.chain) : null;
}

export function decideApprove(
  context: ActContext,
  digest: Digest,
  role: SigningRole,
  key: Key,
): Decision {
  const proposal = context.tenant.proposals.get(digest);
  if (proposal === undefined || !maySee(context.signer, proposal)) return refused(NOT_FOUND);
  const no = whyNotApprove(context, proposal, context.signer, role);
  if (no !== null) return refused(no);

  const proposer = context.tenant.people.get(proposal.by);
  if (proposer === undefined) return refused(NOT_FOUND);
  const asProposer = { ...context, signer: proposer };
  const rules = rulesOf(proposal.statement);
  const judged = rules.judge(asProposer);
  if (!judged.ok) return refused(judged.error);

  const { tenant, person } = context.signer;
  const approverRole = role as Role; // whyNotApprove refuses "member"
  const approved = {
    type: "ProposalApproved",
    tenant,
    proposal: digest,
    person,
    role: approverRole,
    credential: key.credential,
  } as const;
  const chain = stricter(proposal.chain, judged.value.chain);
  const standing = standingApprovals(context, proposal);
  if (!isComplete(chain, [...standing.map((it) => it.role), approverRole]))
    return decided(approved);
  const approvers = [...standing.map((it) => it.person), person];
  return decided(
    approved,
    { type: "ProposalAccepted", tenant, proposal: digest },
    ...rules.effects(asProposer, { proposal: digest, approvers }),
  );
}

/**
 * Whoever could sign a line may refuse it: a no needs no second person. Whom it is about may not, or a
 * guard could refuse their own removal for ever.
 */
export function decideDeny(context: ActContext, digest: Digest, role: SigningRole): Decision {
  const proposal = context.tenant.proposals.get(digest);
  if (proposal === undefined || !maySee(context.signer, proposal)) return refused(NOT_FOUND);
  const over = whyOver(proposal, context);
  if (over !== null) return refused(over);
  const { tenant, person } = context.signer;
  if (proposal.by === person) {
    return refused(refuse("own-proposal", "This is your own. Withdraw it instead."));
  }
  if (proposal.beneficiaries.includes(person)) {
    return refused(refuse("own-proposal", "This is about you. Others decide it."));
  }
  const signs = role !== "member" && proposal.chain.some((line) => line.anyOf.includes(role));
  if (!signs || !holds(context.signer, role, serviceOfProposal(proposal))) {
    return refused(refuse("not-allowed", "You do not hold a role that decides this."));
  }
  return decided({ type: "ProposalDenied", tenant, proposal: digest, by: person });
}

export function decideWithdraw(context: ActContext, digest: Digest): Decision {
  const proposal = context.tenant.proposals.get(digest);
  if (proposal === undefined || proposal.by !== context.signer.person) return refused(NOT_FOUND);
  const over = whyOver(proposal, context);
  if (over !== null) return refused(over);
  return decided({ type: "ProposalWithdrawn", tenant: proposal.tenant, proposal: digest });
}

/** Who may know of a proposal: whoever made it or gains by it, whoever could sign it, officers and auditors. */
export function maySee(person: Person, proposal: Proposal): boolean {
  if (proposal.by === person.person || proposal.beneficiaries.includes(person.person)) return true;
  const signing = proposal.chain.flatMap((line) => line.anyOf);
  const service = serviceOfProposal(proposal);
  return (
    signing.some((role) => holds(person, role, service)) ||
    holdsAnywhere(person, "officer") ||
    holdsAnywhere(person, "auditor")
  );
}

const NOT_FOUND = refuse("not-found", "There is no such proposal that you may decide.");
