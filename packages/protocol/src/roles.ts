import * as z from "zod";
import { serviceName } from "./names.ts";
import { isPerService, ROLES } from "./role-names.ts";

export { isPerService, ROLE_NAMES, ROLES, type Role } from "./role-names.ts";

export const role = z.enum(ROLES);

/** A role, and for the roles that are held per service, of which one. */
export const assignment = z
  .strictObject({ role, service: serviceName.nullable() })
  .refine(
    (it) => (it.service !== null) === isPerService(it.role),
    "a service role names its service, no other does",
  );
export type Assignment = z.infer<typeof assignment>;

/** A role under which somebody signs: any role, or `member` for acts that everybody may do for themselves. */
export const signingRole = z.enum([...ROLES, "member"]);
export type SigningRole = z.infer<typeof signingRole>;
