import { type Instant, secondsBetween } from "@countersign/protocol/instants";
import type { DomainEvent } from "../../decisions/domain/event.ts";
import type { State, TenantState } from "../../decisions/domain/state.ts";
import type { Identity, Session } from "./session.ts";

/* What events about accounts and sessions do to the fold. Called by `evolve`, which has found the tenant. */

type EventOf<T extends DomainEvent["type"]> = Extract<DomainEvent, { type: T }>;

/** A statement is signed within 15 minutes of its proof; the rest is for clocks. */
const PROOF_SECONDS = 3600;
/** Longer than any ID token is accepted, and than any session lasts. */
const REMEMBERED_SECONDS = 24 * 3600;

export function foldLink(
  state: State,
  room: TenantState,
  { tenant, person, account }: Omit<Identity, "linkedAt">,
  at: Instant,
): void {
  room.identities.set(account, { tenant, person, account, linkedAt: at });
  state.accountTenants.set(account, tenant);
}

export function foldUnlink(state: State, room: TenantState, { account }: Identity): void {
  room.identities.delete(account);
  state.accountTenants.delete(account);
}

export function foldProof(state: State, event: EventOf<"IdentityProven">, at: Instant): void {
  const { tenant, person, session, issuer, account, authenticatedAt, token } = event;
  state.proofs.set(session, {
    tenant,
    person,
    session,
    issuer,
    account,
    authenticatedAt,
    provenAt: at,
  });
  state.usedTokens.set(token, at);
  forget(state.proofs, (it) => secondsBetween(it.provenAt, at) > PROOF_SECONDS);
  forget(state.usedTokens, (since) => secondsBetween(since, at) > REMEMBERED_SECONDS);
}

export function foldOpening(
  state: State,
  room: TenantState,
  event: EventOf<"SessionOpened">,
  at: Instant,
): void {
  const { type: _, ...session } = event;
  room.sessions.set(event.session, { ...session, openedAt: at, status: "open" });
  state.sessionTenants.set(event.session, event.tenant);
  state.openSessions.set(event.session, event.tenant);
  state.proofs.delete(event.session);
  forgetEnded(state, room, at);
}

export function foldEnding(state: State, session: Session): void {
  session.status = "ended";
  state.openSessions.delete(session.session);
}

/** Oldest first, as a map keeps them: what comes after the first that stays is younger still. */
function forget<K, V>(map: Map<K, V>, isOver: (value: V) => boolean): void {
  for (const [key, value] of map) {
    if (!isOver(value)) return;
    map.delete(key);
  }
}

/** A session that is over is remembered until nobody could have a token of its time. */
function forgetEnded(state: State, room: TenantState, at: Instant): void {
  for (const [key, { openedAt, status }] of room.sessions) {
    if (secondsBetween(openedAt, at) <= REMEMBERED_SECONDS) return;
    if (status !== "ended") continue;
    room.sessions.delete(key);
    state.sessionTenants.delete(key);
  }
}
