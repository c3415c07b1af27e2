/*
 * The roles of people, as words only: a page that names a role loads no schema for it.
 */

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

/** Held for one service each, named beside the role. */
export function isPerService(of: Role): boolean {
  return of === "service-admin" || of === "service-owner";
}
