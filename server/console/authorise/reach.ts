import { type Assignment, ROLE_NAMES, ROLES, type Role } from "@countersign/protocol/roles";
import { type Action, rightsOf } from "./grid.ts";

/** How far one person's right to one action reaches, over all their roles. Null where they have none. */
export type Reach = {
  /** The whole tenant. */
  readonly all: boolean;
  /** Services whose things are within reach too. */
  readonly services: readonly string[];
};

export function reachOf(action: Action, roles: readonly Assignment[]): Reach | null {
  const rights = rightsOf(action);
  let all = rights.everybody === "all";
  let any = rights.everybody !== undefined;
  const services = new Set<string>();
  for (const { role, service } of roles) {
    const scope = rights[role];
    if (scope === undefined) continue;
    any = true;
    if (scope === "all") all = true;
    else if (scope === "services" && service !== null) services.add(service);
  }
  return any ? { all, services: [...services].sort() } : null;
}

/** What somebody without the right is told: which roles have it. */
export function whoMay(action: Action): string {
  const rights = rightsOf(action);
  const able = ROLES.filter((role: Role) => rights[role] !== undefined);
  if (able.length === ROLES.length) return "Your account has no role yet. An officer gives one.";
  const names = able.map((role) => ROLE_NAMES[role]);
  const last = names.pop() ?? "";
  const list = names.length === 0 ? last : `${names.join(", ")} or ${last}`;
  return `This takes the role of ${list}, which you do not have. An officer can give it.`;
}
