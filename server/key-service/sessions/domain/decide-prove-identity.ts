import type { Commitment, Digest } from "@countersign/protocol/ids";
import { addSeconds, type Instant } from "@countersign/protocol/instants";
import { refuse } from "@countersign/protocol/refusals";
import type { Issuer } from "@countersign/protocol/sign-in";
import { type Decision, decided, refused } from "../../decisions/domain/decision.ts";
import type { State } from "../../decisions/domain/state.ts";
import { MAX_SESSION_SECONDS } from "./session.ts";

/** An ID token whose signature and claims have been verified for this session. */
export type VerifiedToken = {
  readonly session: Digest;
  readonly issuer: Issuer;
  readonly account: Commitment;
  readonly authenticatedAt: Instant;
  /** Digest of what the identity provider signed. */
  readonly token: Digest;
};

/**
 * *An identity is proven*: a verified ID token names somebody who is linked here. It gives no right: it is
 * what a *sign-in* statement of that person is compared with. A token serves once, a session is proven once.
 */
export function decideProveIdentity(state: State, verified: VerifiedToken, now: Instant): Decision {
  const { session, issuer, account, authenticatedAt, token } = verified;
  if (state.usedTokens.has(token)) {
    return refused(
      refuse("identity-rejected", "This sign-in was used already. Sign in once more."),
    );
  }
  if (state.sessionTenants.has(session) || state.proofs.has(session)) {
    return refused(
      refuse("already-exists", "This session was begun already. Sign in once more for a new one."),
    );
  }
  if (addSeconds(authenticatedAt, MAX_SESSION_SECONDS) <= now) {
    return refused(
      refuse(
        "identity-rejected",
        "Your sign-in at the identity provider is older than 12 hours. Sign in there once more.",
      ),
    );
  }
  const tenant = state.accountTenants.get(account);
  const room = tenant === undefined ? undefined : state.tenants.get(tenant);
  const identity = room?.identities.get(account);
  const person = identity === undefined ? undefined : room?.people.get(identity.person);
  if (person?.status !== "active") {
    return refused(
      refuse(
        "not-linked",
        "Nobody here is linked to this account of the identity provider. An officer can link it.",
      ),
    );
  }
  return decided({
    type: "IdentityProven",
    tenant: person.tenant,
    person: person.person,
    session,
    issuer,
    account,
    authenticatedAt,
    token,
  });
}
