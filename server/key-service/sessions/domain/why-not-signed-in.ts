import type { Digest } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { StatementKind } from "@countersign/protocol/statement";
import type { State, TenantState } from "../../decisions/domain/state.ts";
import type { Person } from "../../roster/domain/roster.ts";
import { openSessionsOf } from "./open-sessions.ts";

/**
 * Kinds of statement that need, where genesis names an identity provider, a session of the last 12 hours
 * beside the hardware key [ID-1]. A new kind does not compile until it has said which it is.
 *
 * Taking away and refusing never need one, so that nobody has to wait for an identity provider to stop
 * something; nor does signing in, nor what a person does before they can.
 */
const NEEDS_SESSION: Readonly<Record<StatementKind, boolean>> = {
  request: true,
  approve: true,
  "enrol-key": false,
  "enrol-device": false,
  "change-role": false,
  "link-identity": false,
  "sign-in": false,
  "register-secret": false,
  "edit-secret": false,
  "reclassify-secret": false,
  "put-value": false,
  "bind-workload": false,
  deny: false,
  withdraw: false,
  revoke: false,
};

type Context = {
  readonly state: State;
  readonly tenant: TenantState;
  readonly signer: Person;
  readonly now: Instant;
};

/** A statement, or as much of it as is known before it is drafted. */
type WhatToSign =
  | { readonly kind: Exclude<StatementKind, "approve"> }
  | { readonly kind: "approve"; readonly body: { readonly proposal: Digest } };

/**
 * Why this person cannot sign such a statement without signing in at the console first. Null: they can.
 *
 * To approve the linking of an account needs no session: an identity provider that renames everybody
 * would otherwise lock out the very officers who link the new accounts.
 */
export function whyNotSignedIn(
  { state, tenant, signer, now }: Context,
  of: WhatToSign,
): Refusal | null {
  const providers = state.genesis?.identityProviders ?? [];
  if (providers.length === 0 || !NEEDS_SESSION[of.kind]) return null;
  if (of.kind === "approve" && linksIdentity(tenant, of.body.proposal)) return null;
  if (openSessionsOf(tenant, signer.person, now).length > 0) return null;
  const where = state.genesis?.consoleOrigin ?? "the console";
  return refuse(
    "sign-in-needed",
    `Sign in at ${where} first: beside your hardware key this needs a sign-in of the last 12 hours.`,
  );
}

function linksIdentity(tenant: TenantState, proposal: Digest): boolean {
  return tenant.proposals.get(proposal)?.statement.kind === "link-identity";
}
