import type { Digest } from "@countersign/protocol/ids";
import { addSeconds } from "@countersign/protocol/instants";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { Attempt } from "../../decisions/application/command-path.ts";
import type { IdentityProven } from "../../decisions/domain/event.ts";
import { type DeskParts, knownPerson } from "../../desk/application/desk-parts.ts";
import { Texts } from "../../statements/application/drafter.ts";
import { decideProveIdentity } from "../domain/decide-prove-identity.ts";
import { MAX_SESSION_SECONDS } from "../domain/session.ts";
import { type TokenVerification, verifyIdToken } from "./verify-id-token.ts";

export type SignInParts = Pick<DeskParts, "path" | "drafter" | "deskOrigin"> & {
  /** Null where genesis names no identity provider. */
  readonly tokens: TokenVerification | null;
};

/**
 * *Sign in*, its first half: the console hands over what the identity provider sent, this service verifies
 * it itself, records that the identity is proven, and drafts the statement that the person then signs. A
 * console that lies gets a draft at most: the session opens under the person's own hardware key.
 */
export async function startSignIn(
  parts: SignInParts,
  input: { readonly idToken: string; readonly session: Digest },
  correlation: string,
): Promise<Result<unknown, Refusal>> {
  const { path, tokens, drafter, deskOrigin } = parts;
  if (tokens === null) return err(NO_PROVIDER);
  const now = path.now();
  if (!now.ok) return now;
  const attempt = attemptOn(input.session, correlation);
  const verified = await verifyIdToken(tokens, input, now.value);
  if (!verified.ok) {
    path.recordRefusal(attempt, verified.error);
    return verified;
  }
  const recorded = await path.execute(attempt, (state, at) =>
    decideProveIdentity(state, verified.value, at),
  );
  if (!recorded.ok) return recorded;
  const proof = proofIn(recorded.value.events);
  const known = knownPerson(parts, proof);
  if (!known.ok) return known;
  const { tenant, person, session, issuer, account, authenticatedAt } = proof;
  const expiresAt = addSeconds(authenticatedAt, MAX_SESSION_SECONDS);
  const drafted = await drafter.draft({
    signer: known.value.person,
    role: "member",
    kind: "sign-in",
    body: { session, issuer, account, authenticatedAt, expiresAt },
    texts: new Texts(),
  });
  if (!drafted.ok) return drafted;
  const { draft, digest, signBy } = drafted.value;
  return ok({
    draft,
    digest,
    link: `${deskOrigin}/d/${draft}`,
    tenant,
    person,
    expiresAt,
    signBy,
  });
}

function attemptOn(session: Digest, correlation: string): Attempt {
  const nobody = { tenant: null, person: null, device: null, evidence: null };
  return { door: "console", correlation, what: "sign-in", subject: session, ...nobody };
}

function proofIn(events: readonly { readonly type: string }[]): IdentityProven {
  const found = events.find((it): it is IdentityProven => it.type === "IdentityProven");
  if (found === undefined) throw new Error("a proven identity is recorded as such");
  return found;
}

const NO_PROVIDER = refuse(
  "not-found",
  "This installation's genesis names no identity provider, so nobody signs in with one. A development checkout gets one with `npm run reset`.",
);
