import type { Digest, PersonId } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import type { DomainEvent } from "../../decisions/domain/event.ts";
import type { State, TenantState } from "../../decisions/domain/state.ts";
import { ended } from "./open-sessions.ts";
import type { Ending, Session } from "./session.ts";

type SessionEnded = Extract<DomainEvent, { type: "SessionEnded" }>;

export type EndSessions = {
  readonly tenant: TenantId;
  readonly person: PersonId;
  /** One session, or all of the person's. */
  readonly session: Digest | "all";
};

/**
 * *Sign out*, here or everywhere. Ending needs no signature: it takes away, and at worst somebody signs in
 * again. What is not that person's is not there.
 */
export function decideEndSessions(state: State, of: EndSessions): SessionEnded[] {
  return endingWhere(
    state.tenants.get(of.tenant),
    (it) => it.person === of.person && (of.session === "all" || it.session === of.session),
    "signed-out",
  );
}

/** The sessions that end with what has just been decided: they stand in the same entry. */
export function sessionsEndedBy(state: State, events: readonly DomainEvent[]): SessionEnded[] {
  const all = events.flatMap((event) => {
    switch (event.type) {
      case "PersonRevoked":
        return endingOf(state, event, (it) => it.person === event.person, "person-revoked");
      case "RolesChanged":
        return event.roles.length > 0
          ? []
          : endingOf(state, event, (it) => it.person === event.person, "roles-lost");
      case "KeyRevoked":
      case "KeyLocked":
        return endingOf(state, event, (it) => it.credential === event.credential, "key-revoked");
      case "IdentityUnlinked":
        return endingOf(state, event, (it) => it.account === event.account, "account-unlinked");
      default:
        return [];
    }
  });
  return [...new Map(all.map((it) => [it.session, it])).values()];
}

function endingOf(
  state: State,
  { tenant }: { readonly tenant: TenantId },
  which: (it: Session) => boolean,
  because: Ending,
): SessionEnded[] {
  return endingWhere(state.tenants.get(tenant), which, because);
}

function endingWhere(
  room: TenantState | undefined,
  which: (it: Session) => boolean,
  because: Ending,
): SessionEnded[] {
  const open = [...(room?.sessions.values() ?? [])].filter((it) => it.status === "open");
  return open.filter(which).map((it) => ended(it, because));
}
