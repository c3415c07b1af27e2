import type { Instant } from "@countersign/protocol/instants";
import type { ServiceName } from "@countersign/protocol/names";
import { ROLES, type SigningRole } from "@countersign/protocol/roles";
import type { State, TenantState } from "../../decisions/domain/state.ts";
import { whyNotApprove } from "../../requests/domain/decide-approval.ts";
import type { Proposal } from "../../requests/domain/proposal.ts";
import { holds, holdsAnywhere, type Person } from "../../roster/domain/roster.ts";

/*
 * In which of their roles a person signs. Only a suggestion, written into the draft: the decision asks
 * whether the person holds it and whether it is one that signs here.
 */

export function roleForService(person: Person, services: readonly ServiceName[]): SigningRole {
  const fits = (["service-owner", "service-admin"] as const).find((role) =>
    services.every((service) => holds(person, role, service)),
  );
  return fits ?? "member";
}

/** The role that fills an open line, else any that the chain names, so that the refusal says why. */
export function roleToDecide(
  context: { readonly state: State; readonly tenant: TenantState; readonly now: Instant },
  proposal: Proposal,
  person: Person,
): SigningRole {
  const held = ROLES.filter((role) => holdsAnywhere(person, role));
  return (
    held.find((role) => whyNotApprove(context, proposal, person, role) === null) ??
    held.find((role) => proposal.chain.some((line) => line.anyOf.includes(role))) ??
    held[0] ??
    "member"
  );
}

/** To revoke: as a guard of the tenant where they are one, else for what is their own. */
export function roleToRevoke(person: Person, service: ServiceName | null): SigningRole {
  if (holdsAnywhere(person, "security-admin")) return "security-admin";
  if (holdsAnywhere(person, "officer")) return "officer";
  return service === null ? "member" : roleForService(person, [service]);
}
