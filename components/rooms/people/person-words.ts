import { ROLE_NAMES } from "@countersign/protocol/role-names";
import type { PersonRow } from "../views.ts";

/** `security admin, service owner of payments`; somebody without any holds none, and is told so. */
export function rolesInWords(roles: PersonRow["roles"]): string {
  if (roles.length === 0) return "no role";
  return roles
    .map(({ role, service }) =>
      service === null ? ROLE_NAMES[role] : `${ROLE_NAMES[role]} of ${service}`,
    )
    .join(", ");
}
