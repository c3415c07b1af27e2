import type { PersonId } from "@countersign/protocol/ids";
import { addSeconds, type Instant } from "@countersign/protocol/instants";
import type { DomainEvent } from "../../decisions/domain/event.ts";
import type { TenantState } from "../../decisions/domain/state.ts";
import { type Ending, MAX_SESSION_SECONDS, type Session } from "./session.ts";

/** The sessions of a person that are open now, oldest first. */
export function openSessionsOf(tenant: TenantState, person: PersonId, now: Instant): Session[] {
  return [...tenant.sessions.values()].filter((it) => it.person === person && isLive(it, now));
}

/** Open, not run out, and signed in at the identity provider within the last 12 hours. */
export function isLive(it: Session, now: Instant): boolean {
  const latest = addSeconds(it.authenticatedAt, MAX_SESSION_SECONDS);
  return it.status === "open" && now < it.expiresAt && now < latest;
}

export function ended(
  { tenant, session, person }: Session,
  because: Ending,
): Extract<DomainEvent, { type: "SessionEnded" }> {
  return { type: "SessionEnded", tenant, session, person, because };
}
