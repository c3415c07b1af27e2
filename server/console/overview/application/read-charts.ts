import { addSeconds, type Instant } from "@countersign/protocol/instants";
import type { TenantReads } from "../../../db/console-database.ts";
import { auditConditions } from "../../audit/infrastructure/audit-conditions.ts";
import { countEntries } from "../../audit/infrastructure/audit-histogram.ts";
import type { Reach } from "../../authorise/reach.ts";
import type { Caller } from "../../sessions/domain/session.ts";
import type { Overview } from "../contract.ts";
import { accessMap } from "../infrastructure/access-map.ts";
import { agesByTier } from "../infrastructure/ages.ts";
import { requestsPerDay, rotationCalendar } from "../infrastructure/days.ts";
import { decisionDays } from "../infrastructure/decision-days.ts";
import { decisionTimes } from "../infrastructure/decision-times.ts";
import { serviceHealth } from "../infrastructure/service-health.ts";

const DAY_SECONDS = 86_400;
const CHART_DAYS = 28;

export type Charts = Pick<
  Overview,
  | "activity"
  | "requestsPerDay"
  | "decisionDays"
  | "decisions"
  | "health"
  | "rotation"
  | "ages"
  | "access"
> & {
  /** How many secrets within reach stand how. */
  readonly states: NonNullable<Overview["secrets"]>["states"];
};

/** Null where the person's roles reach none of it. */
export type ChartReach = { readonly secrets: Reach | null; readonly audit: Reach | null };

/** The overview's counts over days and readers. */
export async function readCharts(
  tx: TenantReads,
  { person }: Caller,
  { secrets, audit }: ChartReach,
  now: Instant,
): Promise<Charts> {
  const range = { from: addSeconds(now, -13 * DAY_SECONDS), to: addSeconds(now, 1) };
  const days =
    audit && (await countEntries(tx, auditConditions(range, { person, reach: audit }), range)).days;
  const within = secrets && { reach: secrets, now };
  const standing = within && (await serviceHealth(tx, within));
  return {
    states: standing?.states ?? [],
    health: standing?.health ?? null,
    activity: days && { days, refusedToday: days.at(-1)?.refused ?? 0 },
    requestsPerDay: await requestsPerDay(tx, now, CHART_DAYS),
    decisionDays: await decisionDays(tx, now, CHART_DAYS),
    rotation: within && (await rotationCalendar(tx, within, CHART_DAYS)),
    ages: within && (await agesByTier(tx, within)),
    access: within && (await accessMap(tx, within)),
    decisions: await decisionTimes(tx, addSeconds(now, -30 * DAY_SECONDS)),
  };
}
