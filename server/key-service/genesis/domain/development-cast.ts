import { tenantId } from "@countersign/protocol/names";
import { type Assignment, assignment, type Role } from "@countersign/protocol/roles";
import type { Issuer } from "@countersign/protocol/sign-in";
import type { Founder } from "./founders.ts";

const of = (role: Role, service: string | null = null): Assignment =>
  assignment.parse({ role, service });
const acme = tenantId.parse("acme");
const globex = tenantId.parse("globex");

type CastMember = Omit<Founder, "accounts"> & {
  /** At the development identity provider. */
  readonly subject: string;
};

/** The people of a development installation. */
export const DEVELOPMENT_CAST: readonly CastMember[] = [
  {
    tenant: acme,
    name: "Olivia Hart",
    subject: "olivia",
    roles: [of("service-owner", "payments"), of("service-owner", "billing")],
  },
  { tenant: acme, name: "Sam Okafor", subject: "sam", roles: [of("security-admin")] },
  { tenant: acme, name: "Priya Nair", subject: "priya", roles: [of("security-admin")] },
  { tenant: acme, name: "Cass Lindqvist", subject: "cass", roles: [of("ciso"), of("officer")] },
  { tenant: acme, name: "Audrey Wells", subject: "audrey", roles: [of("auditor")] },
  { tenant: acme, name: "Max Ferrer", subject: "max", roles: [of("tenant-admin"), of("officer")] },
  { tenant: acme, name: "Noor Haddad", subject: "noor", roles: [of("on-call")] },
  {
    tenant: acme,
    name: "Theo Brandt",
    subject: "theo",
    roles: [of("service-admin", "payments"), of("officer")],
  },
  { tenant: acme, name: "Eve Marlow", subject: "eve", roles: [] },
  {
    tenant: globex,
    name: "Ingrid Solberg",
    subject: "ingrid",
    roles: [of("service-owner", "payments")],
  },
];

/** Of the SPIFFE identities that a development gateway vouches for. */
export const DEVELOPMENT_TRUST_DOMAIN = "countersign.localhost";

/** The cast with an account at each of these providers. */
export function castWithAccounts(issuers: readonly Issuer[]): readonly Founder[] {
  return DEVELOPMENT_CAST.map(({ subject, ...founder }) => ({
    ...founder,
    accounts: issuers.map((issuer) => ({ issuer, subject })),
  }));
}
