import { addSeconds } from "@countersign/protocol/instants";
import { auditConditions } from "../../audit/infrastructure/audit-conditions.ts";
import { countEntries } from "../../audit/infrastructure/audit-histogram.ts";
import type { Action } from "../../authorise/grid.ts";
import { type Reach, reachOf } from "../../authorise/reach.ts";
import { waitingForMe } from "../../requests/application/waiting-for-me.ts";
import { findProposals } from "../../requests/infrastructure/find-proposals.ts";
import { toRequestRows } from "../../requests/infrastructure/request-rows.ts";
import type { SECRET_STATES } from "../../secrets/contract.ts";
import { readSecrets } from "../../secrets/infrastructure/secret-rows.ts";
import { procedure } from "../../trpc/procedure.ts";
import { readBindings } from "../../workloads/infrastructure/binding-rows.ts";
import { overviewContract } from "../contract.ts";
import { accessMap } from "../infrastructure/access-map.ts";
import { agesByTier } from "../infrastructure/ages.ts";
import { requestsPerDay, rotationCalendar } from "../infrastructure/days.ts";
import { decisionDays } from "../infrastructure/decision-days.ts";
import { decisionTimes } from "../infrastructure/decision-times.ts";
import { serviceHealth } from "../infrastructure/service-health.ts";

const DAY_SECONDS = 86_400;
const CHART_DAYS = 28;
const MOST = { waiting: 10, mine: 5, secrets: 6, bindings: 6 } as const;
const FIRST = { cursor: null } as const;
const ENDING: (typeof SECRET_STATES)[number][] = ["expired", "due"];

/** What somebody should look at first. */
export const readOverview = procedure("overview.read", overviewContract.read).query(
  async ({ ctx: { parts, caller } }) => {
    const now = parts.now();
    const waiting = new Set<string>(await waitingForMe(parts, caller));
    const within = (action: Action): { reach: Reach; now: typeof now } | null => {
      const reach = reachOf(action, caller.roles);
      return reach === null ? null : { reach, now };
    };
    return parts.database.withTenant(caller.tenant, async (tx) => {
      const asker = { caller, all: false, waiting };
      const find = async (which: "for-me" | "mine", take: number) => {
        const status = ["pending"];
        const found = await findProposals(tx, { which, status, after: null, take }, asker);
        return toRequestRows(tx, found, { waiting, now });
      };
      const secrets = within("secrets.list");
      const bindings = within("workloads.list");
      const audit = within("audit.search");
      const standing = secrets && (await serviceHealth(tx, secrets));
      const range = { from: addSeconds(now, -13 * DAY_SECONDS), to: addSeconds(now, 1) };
      const activity =
        audit &&
        (await countEntries(
          tx,
          auditConditions(range, { person: caller.person, reach: audit.reach }),
          range,
        ));
      return {
        at: now,
        waiting: { count: waiting.size, rows: await find("for-me", MOST.waiting) },
        mine: await find("mine", MOST.mine),
        secrets: secrets &&
          standing && {
            states: standing.states,
            ending: (
              await readSecrets(
                tx,
                { state: ENDING },
                { sort: "ends-first", limit: MOST.secrets, ...FIRST },
                secrets,
              )
            ).rows,
            incomplete: (
              await readSecrets(
                tx,
                { state: ["incomplete"] },
                { sort: "newest-first", limit: MOST.secrets, ...FIRST },
                secrets,
              )
            ).rows,
          },
        bindingsEnding:
          bindings &&
          (
            await readBindings(
              tx,
              { state: ["ending"] },
              { limit: MOST.bindings, ...FIRST },
              bindings,
            )
          ).rows,
        activity: activity && {
          days: activity.days,
          refusedToday: activity.days.at(-1)?.refused ?? 0,
        },
        requestsPerDay: await requestsPerDay(tx, now, CHART_DAYS),
        decisionDays: await decisionDays(tx, now, CHART_DAYS),
        health: standing?.health ?? null,
        rotation: secrets && (await rotationCalendar(tx, secrets, CHART_DAYS)),
        ages: secrets && (await agesByTier(tx, secrets)),
        access: secrets && (await accessMap(tx, secrets)),
        decisions: await decisionTimes(tx, addSeconds(now, -30 * DAY_SECONDS)),
      };
    });
  },
);
