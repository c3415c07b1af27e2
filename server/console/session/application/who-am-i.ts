import type { Action } from "../../authorise/grid.ts";
import { reachOf } from "../../authorise/reach.ts";
import { waitingForMe } from "../../requests/application/waiting-for-me.ts";
import { readFacets } from "../../secrets/infrastructure/secret-facets.ts";
import type { Caller } from "../../sessions/domain/session.ts";
import { readProjected } from "../../status/infrastructure/read-projected.ts";
import { procedure } from "../../trpc/procedure.ts";
import { countBindings } from "../../workloads/infrastructure/binding-rows.ts";
import { sessionContract } from "../contract.ts";
import { readPreferences } from "../infrastructure/preferences.ts";

/** Each room by the action that its list needs: whoever has no right to the list does not see the door. */
const ROOMS = {
  overview: "overview.read",
  requests: "requests.list",
  secrets: "secrets.list",
  workloads: "workloads.list",
  people: "people.list",
  audit: "audit.search",
  status: "status.read",
} as const satisfies Record<string, Action>;
const ROOM_NAMES = Object.keys(ROOMS) as (keyof typeof ROOMS)[]; // keys of a literal object

/** Who is signed in, where they may go, and what waits for them there. */
export const whoAmI = procedure("session.me", sessionContract.me).query(
  async ({ ctx: { parts, caller } }) => {
    const { tenant, person, name, roles, authenticatedAt, openedAt, expiresAt, idleAt } = caller;
    const requests = roles.length === 0 ? [] : await waitingForMe(parts, caller);
    const now = parts.now();
    const secretsReach = ownWork("secrets.draftEdit", caller);
    const bindingsReach = ownWork("workloads.draftBind", caller);
    const read = await parts.database.withTenant(tenant, async (tx) => ({
      projected: await readProjected(tx),
      preferences: await readPreferences(tx, person),
      secrets: secretsReach && (await readFacets(tx, {}, { reach: secretsReach, now })).state,
      bindings: bindingsReach && (await countBindings(tx, {}, { reach: bindingsReach, now })).state,
    }));
    const among = (facet: typeof read.secrets, values: readonly string[]) =>
      (facet ?? []).reduce((sum, it) => sum + (values.includes(it.value) ? it.count : 0), 0);
    return {
      person,
      name,
      tenant,
      roles: [...roles],
      mode: read.projected.mode,
      deskOrigin: read.projected.deskOrigin,
      session: { authenticatedAt, openedAt, expiresAt, idleAt },
      waiting: {
        requests: requests.length,
        secrets: among(read.secrets, ["no-value", "incomplete", "expired", "due"]),
        workloads: among(read.bindings, ["ending"]),
        people: 0,
      },
      rooms: ROOM_NAMES.filter((room) => reachOf(ROOMS[room], roles) !== null),
      preferences: read.preferences,
    };
  },
);

/** What waits for somebody is what they themselves could mend: not what they may look at. */
function ownWork(action: Action, { roles }: Caller) {
  return reachOf(action, roles);
}
