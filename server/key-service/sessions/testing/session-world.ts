import { type Commitment, type Digest, salt } from "@countersign/protocol/ids";
import { addSeconds } from "@countersign/protocol/instants";
import { issuer } from "@countersign/protocol/sign-in";
import type { StatementOf } from "@countersign/protocol/statement";
import type { DomainEvent } from "../../decisions/domain/event.ts";
import type { DecisionWorld } from "../../decisions/testing/decision-world.ts";
import type { Person } from "../../roster/domain/roster.ts";
import { MAX_SESSION_SECONDS } from "../domain/session.ts";

export const ISSUER = issuer.parse("https://idp.example");
export const CONSOLE = "https://console.example";
const SALT = salt.parse("A".repeat(43));

/** From now on genesis names an identity provider, as if it always had. */
export function nameIdentityProvider(world: DecisionWorld): void {
  const { genesis } = world.state;
  if (genesis === null) throw new Error("a world begins with its genesis");
  world.state.genesis = {
    ...genesis,
    identityProviders: [{ issuer: ISSUER, clientId: "console" }],
    identitySalt: SALT,
    consoleOrigin: CONSOLE,
  };
}

/** An account of this person, linked as a genesis would have. */
export function link(world: DecisionWorld, person: Person): Commitment {
  const account = someAccount(world, person);
  world.given({ type: "IdentityLinked", tenant: person.tenant, person: person.person, account });
  return account;
}

/** An account that nobody has yet. */
export function someAccount(world: DecisionWorld, person: Person): Commitment {
  return world.commit(person, "account", `${ISSUER} ${world.ids.digest()}`);
}

/** What a verified ID token of this account would have recorded just now. */
export function proven(
  world: DecisionWorld,
  { tenant, person }: Person,
  account: Commitment,
  changes: Partial<Extract<DomainEvent, { type: "IdentityProven" }>> = {},
): Extract<DomainEvent, { type: "IdentityProven" }> {
  const event = {
    type: "IdentityProven",
    tenant,
    person,
    session: world.ids.digest(),
    issuer: ISSUER,
    account,
    authenticatedAt: world.now,
    token: world.ids.digest(),
    ...changes,
  } as const;
  world.given(event);
  return event;
}

/** The body of the statement that opens a proven session, right in every field. */
export function signInBody(
  of: Pick<
    Extract<DomainEvent, { type: "IdentityProven" }>,
    "session" | "issuer" | "account" | "authenticatedAt"
  >,
  changes: Partial<StatementOf<"sign-in">["body"]> = {},
): StatementOf<"sign-in">["body"] {
  const { session, issuer: by, account, authenticatedAt } = of;
  const expiresAt = addSeconds(authenticatedAt, MAX_SESSION_SECONDS);
  return { session, issuer: by, account, authenticatedAt, expiresAt, ...changes };
}

/** Links, proves and signs in, all of it decided. */
export function signIn(world: DecisionWorld, person: Person, known?: Commitment): Digest {
  const account = known ?? link(world, person);
  const proof = proven(world, person, account);
  const decision = world.act("sign-in", signInBody(proof), person, "member");
  if (!decision.ok) throw new Error(decision.refusal.message);
  return proof.session;
}

export function sessionOf(world: DecisionWorld, { tenant }: Person, session: Digest) {
  const found = world.state.tenants.get(tenant)?.sessions.get(session);
  if (found === undefined) throw new Error("it was opened");
  return found;
}
