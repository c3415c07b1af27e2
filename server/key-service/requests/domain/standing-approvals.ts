import { holds } from "../../roster/domain/roster.ts";
import type { Approval, Proposal } from "./proposal.ts";
import type { ActContext } from "./proposal-rules.ts";
import { serviceOfProposal } from "./proposal-service.ts";

type Then = Pick<ActContext, "state" | "tenant">;

/**
 * The approvals that count now: of people who are still here and still hold the role in which they signed,
 * by keys that are neither revoked nor locked (a locked key may have a copy, and the copy may have signed).
 * Asked when the last line is signed and again at every use [lessons L31, L42].
 */
export function standingApprovals(
  { state, tenant }: Then,
  proposal: Proposal,
): readonly Approval[] {
  const service = serviceOfProposal(proposal);
  return proposal.approvals.filter(({ person, role, credential }) => {
    const approver = tenant.people.get(person);
    const isHeld = approver !== undefined && holds(approver, role, service);
    return isHeld && state.keys.get(credential)?.status === "active";
  });
}

/**
 * Whether whoever proposed it is still here, and the key that they signed with neither revoked nor locked.
 * A first key signs its own enrolment: until that is agreed to, there is no key to revoke or to lock.
 */
export function isProposerStanding({ state, tenant }: Then, proposal: Proposal): boolean {
  if (tenant.people.get(proposal.by)?.status !== "active") return false;
  const key = state.keys.get(proposal.credential);
  return key === undefined ? isFirstKey(proposal) : key.status === "active";
}

function isFirstKey({ statement }: Proposal): boolean {
  return statement.kind === "enrol-key" && statement.body.authority.by === "invitation";
}
