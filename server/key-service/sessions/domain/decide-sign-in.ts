import { addSeconds } from "@countersign/protocol/instants";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { StatementOf } from "@countersign/protocol/statement";
import { type Decision, decided, refused } from "../../decisions/domain/decision.ts";
import type { ActContext } from "../../requests/domain/proposal-rules.ts";
import type { Key } from "../../roster/domain/roster.ts";
import { ended, openSessionsOf } from "./open-sessions.ts";
import { MAX_SESSION_SECONDS, MAX_SESSIONS } from "./session.ts";

/**
 * *Sign in*: the person's own hardware key opens the session for which an ID token proved who they are.
 * Everything that the statement says of that proof must be as it was proven.
 */
export function decideSignIn(
  context: ActContext,
  body: StatementOf<"sign-in">["body"],
  key: Pick<Key, "credential">,
): Decision {
  const no = whyNotOpen(context, body);
  if (no !== null) return refused(no);
  const { tenant, signer, now } = context;
  const open = openSessionsOf(tenant, signer.person, now);
  const tooMany = Math.max(0, open.length - MAX_SESSIONS + 1);
  const { session, issuer, account, authenticatedAt, expiresAt } = body;
  return decided(...open.slice(0, tooMany).map((it) => ended(it, "replaced")), {
    type: "SessionOpened",
    tenant: signer.tenant,
    person: signer.person,
    session,
    credential: key.credential,
    issuer,
    account,
    authenticatedAt,
    expiresAt,
  });
}

function whyNotOpen(
  { state, tenant, signer, now }: ActContext,
  body: StatementOf<"sign-in">["body"],
): Refusal | null {
  if (state.sessionTenants.has(body.session)) {
    return refuse("already-exists", "This session was opened already.");
  }
  const proof = state.proofs.get(body.session);
  if (proof === undefined || proof.tenant !== signer.tenant || proof.person !== signer.person) {
    return refuse(
      "not-found",
      "No sign-in of yours at the identity provider waits for this signature. Start again at the console.",
    );
  }
  if (
    proof.issuer !== body.issuer ||
    proof.account !== body.account ||
    proof.authenticatedAt !== body.authenticatedAt
  ) {
    return refuse("facts-differ", "The statement tells of another sign-in. Start again.");
  }
  if (tenant.identities.get(body.account)?.person !== signer.person) {
    return refuse("not-linked", "This account of the identity provider is not linked to you.");
  }
  if (body.expiresAt > addSeconds(body.authenticatedAt, MAX_SESSION_SECONDS)) {
    return refuse("malformed", "A session ends 12 hours after the sign-in at the latest.");
  }
  if (body.expiresAt <= now) {
    return refuse("draft-expired", "This session would be over already. Sign in once more.");
  }
  return null;
}
