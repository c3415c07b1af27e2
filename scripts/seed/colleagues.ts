import { type TenantId, tenantId } from "@countersign/protocol/names";
import { type Assignment, assignment, type Role } from "@countersign/protocol/roles";

/** Somebody of a development installation whose hardware key is software, kept in its state folder. */
export type ColleagueFacts = {
  readonly tenant: TenantId;
  readonly name: string;
  /** At the development identity provider. */
  readonly subject: string;
  readonly roles: readonly Assignment[];
  /** Of their enrolled device. */
  readonly laptop: string;
};

const of = (role: Role, service: string | null = null): Assignment =>
  assignment.parse({ role, service });
const acme = tenantId.parse("acme");
const globex = tenantId.parse("globex");

/** They made the history that a first start begins with, and play the demonstration; the cast is yours. */
export const COLLEAGUES = [
  {
    tenant: acme,
    name: "Lena Vogt",
    subject: "lena",
    roles: [of("service-owner", "payments")],
    laptop: "Lena’s ThinkPad",
  },
  {
    tenant: acme,
    name: "Daniel Kim",
    subject: "daniel",
    roles: [of("service-owner", "billing")],
    laptop: "Daniel’s MacBook",
  },
  {
    tenant: acme,
    name: "Mara Lindgren",
    subject: "mara",
    roles: [of("service-owner", "identity")],
    laptop: "Mara’s MacBook",
  },
  {
    tenant: acme,
    name: "Jonas Weber",
    subject: "jonas",
    roles: [of("service-owner", "ledger-export"), of("service-admin", "billing")],
    laptop: "Jonas’ desktop",
  },
  {
    tenant: acme,
    name: "Amara Diallo",
    subject: "amara",
    roles: [of("service-owner", "notifications"), of("service-owner", "search")],
    laptop: "Amara’s laptop",
  },
  {
    tenant: acme,
    name: "Hugo Martin",
    subject: "hugo",
    roles: [of("security-admin")],
    laptop: "Hugo’s laptop",
  },
  {
    tenant: acme,
    name: "Yuki Tanaka",
    subject: "yuki",
    roles: [of("security-admin")],
    laptop: "Yuki’s laptop",
  },
  {
    tenant: acme,
    name: "Grace Obi",
    subject: "grace",
    roles: [of("ciso")],
    laptop: "Grace’s laptop",
  },
  {
    tenant: acme,
    name: "Helena Costa",
    subject: "helena",
    roles: [of("officer")],
    laptop: "Helena’s laptop",
  },
  {
    tenant: acme,
    name: "Ravi Menon",
    subject: "ravi",
    roles: [of("officer"), of("service-admin", "identity")],
    laptop: "Ravi’s laptop",
  },
  {
    tenant: acme,
    name: "Nadia Rahman",
    subject: "nadia",
    roles: [of("auditor")],
    laptop: "Nadia’s laptop",
  },
  {
    tenant: acme,
    name: "Tomas Novak",
    subject: "tomas",
    roles: [of("on-call")],
    laptop: "the on-call laptop",
  },
  {
    tenant: globex,
    name: "Erik Dahl",
    subject: "erik",
    roles: [of("service-owner", "warehouse")],
    laptop: "Erik’s laptop",
  },
  {
    tenant: globex,
    name: "Wei Chen",
    subject: "wei",
    roles: [of("security-admin")],
    laptop: "Wei’s laptop",
  },
] as const satisfies readonly ColleagueFacts[];

export type Subject = (typeof COLLEAGUES)[number]["subject"];
