import type { Instant } from "@countersign/protocol/instants";
import { ended } from "../../sessions/domain/open-sessions.ts";
import type { DomainEvent } from "./event.ts";
import type { State } from "./state.ts";

/** What has run out by `now`, as events: expiry is history like everything else [lessons L31, L32]. */
export function decideExpiry(state: State, now: Instant, most: number): DomainEvent[] {
  const events: DomainEvent[] = [];
  for (const [proposal, tenant] of state.pending) {
    if (events.length >= most) return events;
    const it = state.tenants.get(tenant)?.proposals.get(proposal);
    if (it !== undefined && it.decideBy <= now)
      events.push({ type: "ProposalExpired", tenant, proposal });
  }
  for (const [request, tenant] of state.running) {
    if (events.length >= most) return events;
    const it = state.tenants.get(tenant)?.grants.get(request);
    if (it !== undefined && it.expiresAt <= now)
      events.push({ type: "GrantExpired", tenant, request });
  }
  for (const [session, tenant] of state.openSessions) {
    if (events.length >= most) return events;
    const it = state.tenants.get(tenant)?.sessions.get(session);
    if (it !== undefined && it.expiresAt <= now) events.push(ended(it, "expired"));
  }
  return events;
}
