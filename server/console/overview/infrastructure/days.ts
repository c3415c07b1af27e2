import { addSeconds, type Instant } from "@countersign/protocol/instants";
import * as z from "zod";
import { Prisma } from "../../../../generated/prisma/client.ts";
import type { TenantReads } from "../../../db/console-database.ts";
import { OWN_TENANT } from "../../../db/own-tenant.ts";
import type { Reach } from "../../authorise/reach.ts";
import { dateOf } from "../../names/names.ts";
import { facts, searched } from "../../secrets/infrastructure/secret-facts.ts";

const DAY_SECONDS = 86_400;
const counts = z.array(z.object({ day: z.string(), what: z.string(), count: z.number() }));
type Counts = z.infer<typeof counts>;

const of = (rows: Counts, day: string, what: string) =>
  rows.find((row) => row.day === day && row.what === what)?.count ?? 0;

/** The UTC days from the one of `first` on. */
function daysFrom(first: Instant, length: number): string[] {
  return Array.from({ length }, (_, at) => addSeconds(first, at * DAY_SECONDS).slice(0, 10));
}

/** Requests of the whole tenant by the day on which they were asked and decided: numbers, of nobody. */
export async function requestsPerDay(
  tx: Pick<TenantReads, "$queryRaw">,
  now: Instant,
  length: number,
): Promise<{ day: string; asked: number; approved: number; refused: number }[]> {
  const first = addSeconds(now, -(length - 1) * DAY_SECONDS);
  const since = new Date(`${first.slice(0, 10)}T00:00:00Z`);
  const rows = counts.parse(
    await tx.$queryRaw<unknown[]>(Prisma.sql`
      SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, what, count(*)::int AS count FROM (
        SELECT proposed_at AS at, 'asked' AS what FROM projection.proposal WHERE ${OWN_TENANT} AND kind = 'request'
        UNION ALL SELECT decided_at, status FROM projection.proposal
          WHERE ${OWN_TENANT} AND kind = 'request' AND decided_at IS NOT NULL
      ) happened WHERE at >= ${since} GROUP BY 1, 2`),
  );
  return daysFrom(first, length).map((day) => ({
    day,
    asked: of(rows, day, "asked"),
    approved: of(rows, day, "approved"),
    refused: of(rows, day, "denied"),
  }));
}

/** Values that end on each of the coming days, and before them those that have ended. */
export async function rotationCalendar(
  tx: Pick<TenantReads, "$queryRaw">,
  { reach, now }: { readonly reach: Reach; readonly now: Instant },
  length: number,
): Promise<{ overdue: number; days: { day: string; due: number }[] }> {
  const until = addSeconds(now, length * DAY_SECONDS);
  const rows = counts.parse(
    await tx.$queryRaw<unknown[]>(Prisma.sql`
      WITH ${facts(now)} SELECT
        CASE WHEN value_ends_at <= ${dateOf(now)} THEN 'ended'
          ELSE to_char(value_ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') END AS day,
        'due' AS what, count(*)::int AS count
      FROM fact WHERE ${searched({}, reach)} AND status = 'active' AND value_ends_at < ${dateOf(until)} GROUP BY 1`),
  );
  return {
    overdue: of(rows, "ended", "due"),
    days: daysFrom(now, length).map((day) => ({ day, due: of(rows, day, "due") })),
  };
}
