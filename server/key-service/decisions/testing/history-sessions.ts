import { addSeconds } from "@countersign/protocol/instants";
import type { TenantId } from "@countersign/protocol/names";
import { issuer } from "@countersign/protocol/sign-in";
import { decideEndSessions, sessionsEndedBy } from "../../sessions/domain/decide-end-sessions.ts";
import { MAX_SESSION_SECONDS } from "../../sessions/domain/session.ts";
import { keyOf, peopleOf, roomOf, signerOf } from "./history-picks.ts";
import type { HistoryWorld } from "./history-world.ts";

const ISSUER = issuer.parse("https://idp.test");

/** Somebody's account is linked by two officers; the proposal itself is left out of the story. */
export function linkIdentity(world: HistoryWorld, tenant: TenantId): void {
  const signer = signerOf(world, tenant, "officer");
  const target = world.pick(peopleOf(world, tenant));
  if (signer === undefined || target === undefined || target === signer.person) return;
  const { person, name } = target;
  const account = world.commit(tenant, "account", `${ISSUER} sub-${world.entries.length}`);
  const body = { person: { person, name }, account };
  world.sign(world.draft("link-identity", body, signer.person, "officer"), signer.key, () => [
    { type: "IdentityLinked", tenant, person, account },
  ]);
}

/** An ID token is verified, and mostly the person then signs. */
export function signIn(world: HistoryWorld, tenant: TenantId): void {
  const identity = world.pick([...roomOf(world, tenant).identities.values()]);
  const owner = identity && roomOf(world, tenant).people.get(identity.person);
  const key = owner && keyOf(world, owner);
  if (identity === undefined || owner === undefined || key === undefined) return;
  const { person, account } = identity;
  const session = world.ids.digest();
  const authenticatedAt = world.in(-Math.floor(world.random() * 600));
  const of = { session, issuer: ISSUER, account, authenticatedAt };
  const token = world.ids.digest();
  world.record([{ type: "IdentityProven", tenant, person, ...of, token }], "console");
  if (world.chance(0.2)) return;
  const body = { ...of, expiresAt: addSeconds(authenticatedAt, MAX_SESSION_SECONDS) };
  const { credential } = key;
  world.sign(world.draft("sign-in", body, owner, "member"), key, () => [
    { type: "SessionOpened", tenant, person, credential, ...body },
  ]);
}

export function signOut(world: HistoryWorld, tenant: TenantId): void {
  const it = world.pick([...roomOf(world, tenant).sessions.values()]);
  if (it === undefined) return;
  const session = world.chance(0.7) ? it.session : "all";
  const events = decideEndSessions(world.state, { tenant, person: it.person, session });
  if (events.length > 0) world.record(events, "console");
}

export function unlinkIdentity(world: HistoryWorld, tenant: TenantId): void {
  const signer = signerOf(world, tenant, "officer");
  const identity = world.pick([...roomOf(world, tenant).identities.values()]);
  const owner = identity && roomOf(world, tenant).people.get(identity.person);
  if (signer === undefined || identity === undefined || owner === undefined) return;
  const { person, account } = identity;
  const subject = { type: "identity", person: { person, name: owner.name }, account } as const;
  const reason = world.commit(tenant, "reason", `Left ${world.entries.length}`);
  const of = world.draft("revoke", { subject, reason }, signer.person, "officer");
  world.sign(of, signer.key, () => {
    const gone = { type: "IdentityUnlinked", tenant, person, account } as const;
    return [gone, ...sessionsEndedBy(world.state, [gone])];
  });
}
