import type { Role } from "@countersign/protocol/roles";

/**
 * The people of a development installation. Genesis is a visible ceremony that is exempt from the rules
 * of naming people; everything after it is not.
 */
export type CastMember = {
  readonly tenant: "acme" | "globex";
  readonly name: string;
  readonly roles: readonly { readonly role: Role; readonly service: string | null }[];
};

const of = (role: Role, service: string | null = null) => ({ role, service });

export const DEVELOPMENT_CAST: readonly CastMember[] = [
  {
    tenant: "acme",
    name: "Olivia Hart",
    roles: [of("service-owner", "payments"), of("service-owner", "billing")],
  },
  { tenant: "acme", name: "Sam Okafor", roles: [of("security-admin")] },
  { tenant: "acme", name: "Priya Nair", roles: [of("security-admin")] },
  { tenant: "acme", name: "Cass Lindqvist", roles: [of("ciso"), of("officer")] },
  { tenant: "acme", name: "Audrey Wells", roles: [of("auditor")] },
  { tenant: "acme", name: "Max Ferrer", roles: [of("tenant-admin"), of("officer")] },
  { tenant: "acme", name: "Noor Haddad", roles: [of("on-call")] },
  { tenant: "acme", name: "Theo Brandt", roles: [of("service-admin", "payments"), of("officer")] },
  { tenant: "acme", name: "Eve Marlow", roles: [] },
  { tenant: "globex", name: "Ingrid Solberg", roles: [of("service-owner", "payments")] },
];

/** Of the SPIFFE identities that a development gateway vouches for. */
export const DEVELOPMENT_TRUST_DOMAIN = "countersign.localhost";
