import type { Instant } from "@countersign/protocol/instants";
import { ended } from "../../sessions/domain/open-sessions.ts";
import type { DomainEvent } from "./event.ts";
import type { State } from "./state.ts";

/**
 * What has run out by `now`, as events, `most` of them: expiry is history like everything else
 * [lessons L31, L32]. Each is said once: the event takes what it names off the list that is read here.
 */
export function decideExpiry(state: State, now: Instant, most: number): DomainEvent[] {
  const events: DomainEvent[] = [];
  for (const event of expiries(state, now)) {
    if (events.length >= most) break;
    events.push(event);
  }
  for (const [session, tenant] of state.openSessions) {
    if (events.length >= most) return events;
    const it = state.tenants.get(tenant)?.sessions.get(session);
    if (it !== undefined && it.expiresAt <= now) events.push(ended(it, "expired"));
  }
  return events;
}

function* expiries(state: State, now: Instant): Generator<DomainEvent> {
  for (const [proposal, tenant] of state.pending) {
    const it = state.tenants.get(tenant)?.proposals.get(proposal);
    if (it !== undefined && it.decideBy <= now) yield { type: "ProposalExpired", tenant, proposal };
  }
  for (const [request, tenant] of state.running) {
    const it = state.tenants.get(tenant)?.grants.get(request);
    if (it !== undefined && it.expiresAt <= now) yield { type: "GrantExpired", tenant, request };
  }
  for (const [device, tenant] of state.liveDevices) {
    const it = state.tenants.get(tenant)?.devices.get(device);
    if (it !== undefined && it.expiresAt <= now) yield { type: "DeviceExpired", tenant, device };
  }
  for (const [binding, tenant] of state.liveBindings) {
    const it = state.tenants.get(tenant)?.bindings.get(binding);
    if (it !== undefined && it.expiresAt <= now) yield { type: "BindingExpired", tenant, binding };
  }
  for (const { tenant, invitation, status, expiresAt } of state.invitations.values()) {
    if (status === "open" && expiresAt <= now)
      yield { type: "InvitationExpired", tenant, invitation };
  }
}
