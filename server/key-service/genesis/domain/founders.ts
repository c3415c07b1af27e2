import type { TenantId } from "@countersign/protocol/names";
import type { Assignment, Role } from "@countersign/protocol/roles";
import { accountText, type Issuer } from "@countersign/protocol/sign-in";

/** Somebody whom the first entry names. Genesis is a visible ceremony that is exempt from the rules of naming people. */
export type Founder = {
  readonly tenant: TenantId;
  readonly name: string;
  readonly roles: readonly Assignment[];
  /** Who they are at the identity providers that the first entry names. */
  readonly accounts: readonly { readonly issuer: Issuer; readonly subject: string }[];
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

/**
 * What keeps these people from founding a production installation whose first entry names these identity
 * providers, as sentences; none where nothing does.
 */
export function whyUnfitToFound(
  founders: readonly Founder[],
  issuers: readonly Issuer[],
): readonly string[] {
  const tenants = new Set(founders.map((it) => it.tenant));
  const ofTenants = [...tenants].flatMap((tenant) => {
    const own = founders.filter((it) => it.tenant === tenant);
    const names = new Set(own.map((it) => it.name));
    const twice =
      names.size < own.length
        ? [`Tenant ${tenant} names two people alike: nobody could tell them apart.`]
        : [];
    return [...twice, ...tooFew(tenant, own)];
  });
  return [...ofTenants, ...unfitAccounts(founders, issuers)];
}

/** Where an identity provider is named, nobody asks or approves without having signed in there. */
function unfitAccounts(founders: readonly Founder[], issuers: readonly Issuer[]): string[] {
  const accounts = founders.flatMap((it) => it.accounts);
  const strange = new Set(accounts.map((it) => it.issuer).filter((it) => !issuers.includes(it)));
  const texts = accounts.map(accountText);
  const shared = new Set(texts.filter((it, i) => texts.indexOf(it) !== i));
  const without = issuers.length === 0 ? [] : founders.filter((it) => it.accounts.length === 0);
  return [
    ...[...strange].map(
      (it) => `${it} is not in COUNTERSIGN_IDENTITY_PROVIDERS_FILE: nobody could sign in there.`,
    ),
    ...[...shared].map((it) => `The account ${it} is named twice: an account is one person's.`),
    ...without.map(
      ({ tenant, name }) =>
        `${name} of ${tenant} has no account: give an issuer and a subject, or they could never sign in.`,
    ),
  ];
}

function tooFew(tenant: TenantId, own: readonly Founder[]): string[] {
  return Object.entries(FEWEST_FOUNDERS).flatMap(([role, fewest]) => {
    const holders = own.filter((it) => it.roles.some((held) => held.role === role)).length;
    if (holders >= fewest) return [];
    return [`Tenant ${tenant} needs ${fewest} people with the role ${role} and names ${holders}.`];
  });
}
