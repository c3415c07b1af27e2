import * as z from "zod";
import { serviceName } from "./names.ts";

/** Roles of people [ID-2]. `officer` is the requirement's super-admin: it names people, never opens a secret. */
export const ROLES = [
  "officer",
  "ciso",
  "security-admin",
  "service-admin",
  "service-owner",
  "auditor",
  "tenant-admin",
  "on-call",
] as const;
export type Role = (typeof ROLES)[number];
export const role = z.enum(ROLES);

export const ROLE_NAMES = {
  officer: "officer",
  ciso: "CISO",
  "security-admin": "security admin",
  "service-admin": "service admin",
  "service-owner": "service owner",
  auditor: "compliance auditor",
  "tenant-admin": "tenant admin",
  "on-call": "on-call engineer",
} as const satisfies Record<Role, string>;

/** A role, and for the roles that are held per service, of which one. */
export const assignment = z
  .strictObject({ role, service: serviceName.nullable() })
  .refine(
    (it) => (it.service !== null) === isPerService(it.role),
    "a service role names its service, no other does",
  );
export type Assignment = z.infer<typeof assignment>;

export function isPerService(of: Role): boolean {
  return of === "service-admin" || of === "service-owner";
}

/** A role under which somebody signs: any role, or `member` for acts that everybody may do for themselves. */
export const signingRole = z.enum([...ROLES, "member"]);
export type SigningRole = z.infer<typeof signingRole>;
