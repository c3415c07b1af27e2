import type { TenantId } from "@countersign/protocol/names";
import type { Assignment, Role } from "@countersign/protocol/roles";

/** Somebody whom the first entry names. Genesis is a visible ceremony that is exempt from the rules of naming people. */
export type Founder = {
  readonly tenant: TenantId;
  readonly name: string;
  readonly roles: readonly Assignment[];
};

/**
 * Fewest people of a role, in each tenant of a production installation. Two officers name an approver's next
 * key, so that with three the loss of any one officer's key blocks nobody; two security admins open a
 * production secret with personal data. Somebody may hold both roles, and signs one line of a chain.
 */
export const FEWEST_FOUNDERS = {
  officer: 3,
  "security-admin": 2,
} as const satisfies Partial<Record<Role, number>>;

/** What keeps these people from founding a production installation, as sentences; none where nothing does. */
export function whyUnfitToFound(founders: readonly Founder[]): readonly string[] {
  const tenants = new Set(founders.map((it) => it.tenant));
  return [...tenants].flatMap((tenant) => {
    const own = founders.filter((it) => it.tenant === tenant);
    const names = new Set(own.map((it) => it.name));
    const twice =
      names.size < own.length
        ? [`Tenant ${tenant} names two people alike: nobody could tell them apart.`]
        : [];
    return [...twice, ...tooFew(tenant, own)];
  });
}

function tooFew(tenant: TenantId, own: readonly Founder[]): string[] {
  return Object.entries(FEWEST_FOUNDERS).flatMap(([role, fewest]) => {
    const holders = own.filter((it) => it.roles.some((held) => held.role === role)).length;
    if (holders >= fewest) return [];
    return [`Tenant ${tenant} needs ${fewest} people with the role ${role} and names ${holders}.`];
  });
}
