import type { Role } from "@countersign/protocol/roles";

/**
 * The people of a development installation. Genesis is a visible ceremony that is exempt from the rules
 * of naming people; everything after it is not.
 */
export type CastMember = {
  readonly tenant: "acme" | "globex";
  readonly name: string;
  /** Their subject at the development identity provider. */
  readonly subject: string;
  readonly roles: readonly { readonly role: Role; readonly service: string | null }[];
};

const of = (role: Role, service: string | null = null) => ({ role, service });

export const DEVELOPMENT_CAST: readonly CastMember[] = [
  {
    tenant: "acme",
    name: "Olivia Hart",
    subject: "olivia",
    roles: [of("service-owner", "payments"), of("service-owner", "billing")],
  },
  { tenant: "acme", name: "Sam Okafor", subject: "sam", roles: [of("security-admin")] },
  { tenant: "acme", name: "Priya Nair", subject: "priya", roles: [of("security-admin")] },
  { tenant: "acme", name: "Cass Lindqvist", subject: "cass", roles: [of("ciso"), of("officer")] },
  { tenant: "acme", name: "Audrey Wells", subject: "audrey", roles: [of("auditor")] },
  {
    tenant: "acme",
    name: "Max Ferrer",
    subject: "max",
    roles: [of("tenant-admin"), of("officer")],
  },
  { tenant: "acme", name: "Noor Haddad", subject: "noor", roles: [of("on-call")] },
  {
    tenant: "acme",
    name: "Theo Brandt",
    subject: "theo",
    roles: [of("service-admin", "payments"), of("officer")],
  },
  { tenant: "acme", name: "Eve Marlow", subject: "eve", roles: [] },
  {
    tenant: "globex",
    name: "Ingrid Solberg",
    subject: "ingrid",
    roles: [of("service-owner", "payments")],
  },
];
