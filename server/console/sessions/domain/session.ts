import type { Digest, PersonId } from "@countersign/protocol/ids";
import {
  addSeconds,
  type Instant,
  toInstant,
  toMilliseconds,
} from "@countersign/protocol/instants";
import type { TenantId } from "@countersign/protocol/names";
import type { Assignment } from "@countersign/protocol/roles";

/** Without a deed of the person for this long, a session ends [ID-1]. */
export const IDLE_SECONDS = 15 * 60;

/** The console's own row. */
export type StartedSession = {
  readonly session: Digest;
  readonly tenant: TenantId;
  readonly person: PersonId;
  readonly link: string;
  readonly returnTo: string;
  readonly signBy: Instant;
  readonly seenAt: Instant;
  readonly expiresAt: Instant;
};

/** What the ledger has of it, in `projection.session`; null before the person signed. */
export type SignedSession = {
  readonly person: PersonId;
  readonly authenticatedAt: Instant;
  readonly openedAt: Instant;
  readonly expiresAt: Instant;
  readonly status: "open" | "ended";
};

export type SessionPerson = {
  readonly name: string;
  readonly status: "active" | "revoked";
  readonly roles: readonly Assignment[];
};

/** Somebody who is signed in: their own session, opened by their hardware key, not idle and not over. */
export type Caller = {
  readonly session: Digest;
  readonly tenant: TenantId;
  readonly person: PersonId;
  readonly name: string;
  readonly roles: readonly Assignment[];
  readonly authenticatedAt: Instant;
  readonly openedAt: Instant;
  readonly expiresAt: Instant;
  readonly idleAt: Instant;
  /** Where they wanted to go when they signed in. */
  readonly returnTo: string;
};

export type SessionState =
  | { readonly state: "signed-out"; readonly reason: SignedOutReason }
  | {
      readonly state: "waits-for-signature";
      readonly name: string;
      readonly link: string;
      readonly signBy: Instant;
    }
  | { readonly state: "open"; readonly caller: Caller };

export type SignedOutReason = "none" | "idle" | "ended" | "expired" | "revoked";

const out = (reason: SignedOutReason): SessionState => ({ state: "signed-out", reason });

/**
 * Whether a session is live. The console's row alone opens nothing: only a session that the ledger records as
 * open, of the same person, who is still active, counts. Everything else is signed out, and says why.
 */
export function judgeSession(
  started: StartedSession | null,
  signed: SignedSession | null,
  person: SessionPerson | null,
  now: Instant,
): SessionState {
  if (started === null) return out("none");
  if (person === null || person.status !== "active") return out("revoked");
  if (started.expiresAt <= now) return out("expired");
  if (signed === null) {
    if (started.signBy <= now) return out("none");
    const { link, signBy } = started;
    return { state: "waits-for-signature", name: person.name, link, signBy };
  }
  if (signed.person !== started.person || signed.status === "ended") return out("ended");
  if (signed.expiresAt <= now) return out("expired");
  const lastDeed = Math.max(toMilliseconds(signed.openedAt), toMilliseconds(started.seenAt));
  const idleAt = addSeconds(toInstant(lastDeed), IDLE_SECONDS);
  if (idleAt <= now) return out("idle");
  const { session, tenant, returnTo } = started;
  const { authenticatedAt, openedAt, expiresAt } = signed;
  return {
    state: "open",
    caller: {
      session,
      tenant,
      person: started.person,
      name: person.name,
      roles: person.roles,
      authenticatedAt,
      openedAt,
      expiresAt,
      idleAt,
      returnTo,
    },
  };
}
