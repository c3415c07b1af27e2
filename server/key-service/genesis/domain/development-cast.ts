import { tenantId } from "@countersign/protocol/names";
import { type Assignment, assignment, type Role } from "@countersign/protocol/roles";
import type { Founder } from "./founders.ts";

const of = (role: Role, service: string | null = null): Assignment =>
  assignment.parse({ role, service });
const acme = tenantId.parse("acme");
const globex = tenantId.parse("globex");

/** The people of a development installation. */
export const DEVELOPMENT_CAST: readonly Founder[] = [
  {
    tenant: acme,
    name: "Olivia Hart",
    roles: [of("service-owner", "payments"), of("service-owner", "billing")],
  },
  { tenant: acme, name: "Sam Okafor", roles: [of("security-admin")] },
  { tenant: acme, name: "Priya Nair", roles: [of("security-admin")] },
  { tenant: acme, name: "Cass Lindqvist", roles: [of("ciso"), of("officer")] },
  { tenant: acme, name: "Audrey Wells", roles: [of("auditor")] },
  { tenant: acme, name: "Max Ferrer", roles: [of("tenant-admin"), of("officer")] },
  { tenant: acme, name: "Noor Haddad", roles: [of("on-call")] },
  { tenant: acme, name: "Theo Brandt", roles: [of("service-admin", "payments"), of("officer")] },
  { tenant: acme, name: "Eve Marlow", roles: [] },
  { tenant: globex, name: "Ingrid Solberg", roles: [of("service-owner", "payments")] },
];

/** Of the SPIFFE identities that a development gateway vouches for. */
export const DEVELOPMENT_TRUST_DOMAIN = "countersign.localhost";
