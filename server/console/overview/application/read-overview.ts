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
import { readCharts } from "./read-charts.ts";

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
    const of = {
      secrets: reachOf("secrets.list", caller.roles),
      audit: reachOf("audit.search", caller.roles),
    };
    const charts = parts.costly.charts.ask([caller.tenant, caller.person, of], () =>
      parts.database.withTenant(caller.tenant, (tx) => readCharts(tx, caller, of, now)),
    );
    const secrets = within("secrets.list");
    const lists = parts.database.withTenant(caller.tenant, async (tx) => {
      const asker = { caller, all: false, waiting };
      const find = async (which: "for-me" | "mine", take: number) => {
        const status = ["pending"];
        const found = await findProposals(tx, { which, status, after: null, take }, asker);
        return toRequestRows(tx, found, { waiting, now });
      };
      const bindings = within("workloads.list");
      return {
        at: now,
        waiting: { count: waiting.size, rows: await find("for-me", MOST.waiting) },
        mine: await find("mine", MOST.mine),
        secrets: secrets && {
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
      };
    });
    const [listed, { states, ...charted }] = await Promise.all([lists, charts]);
    return { ...listed, ...charted, secrets: listed.secrets && { ...listed.secrets, states } };
  },
);
