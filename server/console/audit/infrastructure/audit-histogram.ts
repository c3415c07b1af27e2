import { addSeconds, type Instant } from "@countersign/protocol/instants";
import * as z from "zod";
import { Prisma } from "../../../../generated/prisma/client.ts";
import type { TenantReads } from "../../../db/console-database.ts";
import { dateOf } from "../../names/names.ts";

export type Day = { readonly day: string; readonly done: number; readonly refused: number };
export type Histogram = {
  readonly days: Day[];
  readonly acts: { value: string; count: number }[];
};
export type Range = { readonly from: Instant; readonly to: Instant };
const DAY_SECONDS = 86_400;
const MOST_DAYS = 92;

const counted = z.array(
  z.object({ day: z.string(), act: z.string(), outcome: z.string(), count: z.number() }),
);

/**
 * Entries of each UTC day of the range, empty days included, oldest first, and how many there were of each act.
 * Of a range longer than 92 days, its last 92.
 */
export async function countEntries(
  tx: Pick<TenantReads, "$queryRaw">,
  conditions: Prisma.Sql,
  range: Range,
): Promise<Histogram> {
  const days = daysOf(range);
  const from = new Date(`${days[0] ?? range.from.slice(0, 10)}T00:00:00Z`);
  const rows = counted.parse(
    await tx.$queryRaw<unknown[]>(Prisma.sql`
      SELECT to_char(day, 'YYYY-MM-DD') AS day, act, outcome, count FROM (
        SELECT (at AT TIME ZONE 'UTC')::date AS day, act, outcome, count(*)::int AS count
        FROM projection.audit_entry WHERE ${conditions} AND at >= ${from} AND at < ${dateOf(range.to)} GROUP BY 1, 2, 3
      ) counted`),
  );
  const sum = (wanted: (row: (typeof rows)[number]) => boolean) =>
    rows.reduce((total, row) => total + (wanted(row) ? row.count : 0), 0);
  const acts = [...new Set(rows.map((row) => row.act))];
  return {
    days: days.map((day) => ({
      day,
      done: sum((row) => row.day === day && row.outcome === "done"),
      refused: sum((row) => row.day === day && row.outcome === "refused"),
    })),
    acts: acts
      .map((value) => ({ value, count: sum((row) => row.act === value) }))
      .sort((a, b) => b.count - a.count),
  };
}

function daysOf({ from, to }: Range): string[] {
  const days: string[] = [];
  for (let at = addSeconds(to, -1); days.length < MOST_DAYS; at = addSeconds(at, -DAY_SECONDS)) {
    days.unshift(at.slice(0, 10));
    if (at.slice(0, 10) <= from.slice(0, 10)) break;
  }
  return days;
}
