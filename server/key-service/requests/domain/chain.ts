import type { SecretPolicy } from "@countersign/protocol/policy";
import type { Role } from "@countersign/protocol/roles";
import { matchLines } from "@countersign/protocol/signing-lines";
import {
  DATA_CLASSIFICATIONS,
  type Environment,
  TIERS,
  type Tier,
} from "@countersign/protocol/taxonomy";
import { GUARDING_ROLES } from "../../roster/domain/roster.ts";

/**
 * The floor: who must sign, in code. Policy can only add to it.
 *
 * A chain is a list of lines. Each line is signed by one person who holds any of its roles, and no
 * person signs two lines, nor a line of what they asked for or benefit from.
 */
export type Line = { readonly anyOf: readonly Role[] };
export type Chain = readonly Line[];

const SECURITY_ADMIN: Line = { anyOf: ["security-admin"] };
const OFFICER: Line = { anyOf: ["officer"] };
/** A service's lead. A security admin may stand in, never the other way round. */
const SERVICE_LEAD: Line = { anyOf: ["service-admin", "security-admin"] };

/** Approval chains by criticality [CLASS-1, JIT-3]. */
const TIER_CHAINS = {
  critical: [{ anyOf: ["ciso"] }, SECURITY_ADMIN, SECURITY_ADMIN],
  high: [SECURITY_ADMIN, SERVICE_LEAD],
  medium: [SERVICE_LEAD],
  low: [],
} as const satisfies Record<Tier, Chain>;

/** Production secrets with personal data need this many other people, whatever their tier [JIT-2]. */
const PERSONAL_DATA_PEOPLE = 2;

/** Who takes away what an officer or a security admin holds: two people, whoever proposes it among them. */
const GUARD: Line = { anyOf: GUARDING_ROLES };
const REVOKING_PEOPLE = { guard: 2, anybody: 1 } as const;

const NAMING_OFFICERS = { approver: 2, anybody: 1 } as const;

/** What every statement binds, so that a signature given under other rules is refused. */
export const FLOOR = {
  version: 2,
  tiers: TIER_CHAINS,
  productionPersonalData: { people: PERSONAL_DATA_PEOPLE, filledUpWith: SECURITY_ADMIN },
  unknownTier: "critical",
  unknownClassification: "pii",
  namingOfficers: NAMING_OFFICERS,
  revoking: { people: REVOKING_PEOPLE, filledUpWith: GUARD },
  sponsorDays: 30,
} as const;

const NOT_PERSONAL: readonly string[] = DATA_CLASSIFICATIONS.filter((it) => it !== "pii");

/** Anything but a classification that is known and harmless counts as personal data. */
export function isPersonalData(policy: SecretPolicy): boolean {
  return policy.dataClassification === null || !NOT_PERSONAL.includes(policy.dataClassification);
}

/** Who must sign before this secret opens for a person, or is bound to a workload. */
export function chainForUse(
  policy: SecretPolicy,
  environment: Environment,
  personalData: boolean,
): Chain {
  const lines: Line[] = [...TIER_CHAINS[tierOf(policy)]];
  if (environment === "prod" && (personalData || isPersonalData(policy))) {
    while (lines.length < PERSONAL_DATA_PEOPLE) lines.push(SECURITY_ADMIN);
  }
  return lines;
}

/** Officers needed to give somebody a role or an approver a key; an officer who proposes it is one of them. */
export function chainForNaming(
  what: keyof typeof NAMING_OFFICERS,
  officerProposes: boolean,
): Chain {
  return Array.from({ length: NAMING_OFFICERS[what] - (officerProposes ? 1 : 0) }, () => OFFICER);
}

/**
 * Who must sign besides whoever revokes. Taking away is one signature and works at once, save from those
 * who watch over the tenant: else one of them alone could shut out all the others.
 */
export function chainForRevoking(whose: keyof typeof REVOKING_PEOPLE): Chain {
  return Array.from({ length: REVOKING_PEOPLE[whose] - 1 }, () => GUARD);
}

/** A tier that is missing or not known is judged as the highest. */
export function tierOf(policy: SecretPolicy): Tier {
  return TIERS.find((tier) => tier === policy.tier) ?? "critical";
}

/**
 * A chain that satisfies both: a line of one and a line of the other, where one lies within the other,
 * become the narrower of the two; what finds no partner is added. Lines that are alike pair first, then
 * those that differ least, so that neither the order of lines nor that of the chains changes who must sign.
 */
export function stricter(a: Chain, b: Chain): Chain {
  const lines: Line[] = [...a];
  const freeOfA = new Set(a.keys());
  const freeOfB = new Set(b.keys());
  for (const { ofA, ofB, narrower } of pairs(a, b)) {
    if (!freeOfA.has(ofA) || !freeOfB.has(ofB)) continue;
    freeOfA.delete(ofA);
    freeOfB.delete(ofB);
    lines[ofA] = narrower;
  }
  return [...lines, ...b.filter((_, at) => freeOfB.has(at))];
}

/** Whether the signatures that fill `given` fill `wanted` too, by these rules. */
export function isAsStrictAs(given: Chain, wanted: Chain): boolean {
  const both = stricter(given, wanted);
  return both.length === given.length && both.every((line, at) => line === given[at]);
}

function pairs(a: Chain, b: Chain) {
  const all = a.flatMap((one, ofA) =>
    b.flatMap((other, ofB) => {
      const narrower = isWithin(one, other) ? one : isWithin(other, one) ? other : null;
      if (narrower === null) return [];
      const wider = narrower === one ? other : one;
      const differ = sizeOf(wider) - sizeOf(narrower);
      return [{ ofA, ofB, narrower, differ, key: `${nameOf(narrower)} < ${nameOf(wider)}` }];
    }),
  );
  return all.sort((one, other) => one.differ - other.differ || compare(one.key, other.key));
}

function isWithin(narrow: Line, wide: Line): boolean {
  return narrow.anyOf.every((it) => wide.anyOf.includes(it));
}

const compare = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1);
const sizeOf = (line: Line) => new Set(line.anyOf).size;
const nameOf = (line: Line) => [...new Set(line.anyOf)].sort().join(" ");

export function isComplete(chain: Chain, signers: readonly Role[]): boolean {
  return matchLines(chain, signers).every((signer) => signer !== null);
}

/** Whether one more signer of that role fills a line that is still open. */
export function fillsALine(chain: Chain, signers: readonly Role[], role: Role): boolean {
  const filled = (of: readonly Role[]) => matchLines(chain, of).filter((it) => it !== null).length;
  return filled([...signers, role]) > filled(signers);
}
