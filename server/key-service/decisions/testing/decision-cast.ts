import { serviceName } from "@countersign/protocol/names";
import type { Assignment, Role } from "@countersign/protocol/roles";
import type { Person } from "../../roster/domain/roster.ts";
import type { Decision } from "../domain/decision.ts";
import { ACME, type DecisionWorld, GLOBEX } from "./decision-world.ts";

/** An assignment as the roster writes it. */
export const assigned = (role: Role, service: string | null = null): Assignment => ({
  role,
  service: service === null ? null : serviceName.parse(service),
});

/** Who each member is, one role a person, so that what a role may do is seen by itself. */
const MEMBERS = {
  olivia: [ACME, assigned("service-owner", "payments")],
  boris: [ACME, assigned("service-owner", "billing")],
  theo: [ACME, assigned("service-admin", "payments")],
  tilda: [ACME, assigned("service-admin", "billing")],
  sam: [ACME, assigned("security-admin")],
  priya: [ACME, assigned("security-admin")],
  cass: [ACME, assigned("ciso")],
  omar: [ACME, assigned("officer")],
  olga: [ACME, assigned("officer")],
  otto: [ACME, assigned("officer")],
  audrey: [ACME, assigned("auditor")],
  max: [ACME, assigned("tenant-admin")],
  noor: [ACME, assigned("on-call")],
  /** Has a key and no role: the outsider. */
  eve: [ACME],
  ingrid: [GLOBEX, assigned("service-owner", "payments")],
  sven: [GLOBEX, assigned("security-admin")],
  greta: [GLOBEX, assigned("officer")],
} as const;

export type Member = keyof typeof MEMBERS;
export type Cast = Readonly<Record<Member, Person>>;
export const CAST_NAMES = Object.keys(MEMBERS) as Member[]; // keys of a literal object

/** Brings the cast into a world, each with one key; nobody sponsored anybody. */
export function enrolCast(world: DecisionWorld): Cast {
  const enrolled = CAST_NAMES.map((name) => {
    const [tenant, ...roles] = MEMBERS[name];
    return [name, world.person(name, roles, tenant)] as const;
  });
  return Object.fromEntries(enrolled) as Cast; // one entry for each of CAST_NAMES
}

/** The one role of a member, as a role to sign in. */
export function roleOf(person: Person): Role | "member" {
  return person.roles[0]?.role ?? "member";
}

/** How a decision ends: `ok` or the refusal's code. */
export function codeOf(decision: Decision): string {
  return decision.ok ? "ok" : decision.refusal.code;
}

/** What a decision brings about, besides what every signature leaves (its nonce, the key's counter). */
export function eventsOf(decision: Decision): string[] {
  const always = ["NonceConsumed", "KeyCounted"];
  return decision.events.map((it) => it.type).filter((type) => !always.includes(type));
}

/** Events of an accepted decision, or the code of its refusal: one cell of a table. */
export function outcomeOf(decision: Decision): string {
  return decision.ok ? eventsOf(decision).join(" ") : decision.refusal.code;
}
