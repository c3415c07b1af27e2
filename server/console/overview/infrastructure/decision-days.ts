import { addSeconds, type Instant } from "@countersign/protocol/instants";
import * as z from "zod";
import { Prisma } from "../../../../generated/prisma/client.ts";
import type { TenantReads } from "../../../db/console-database.ts";
import { OWN_TENANT } from "../../../db/own-tenant.ts";

const DAY_SECONDS = 86_400;
const decided = z.array(z.object({ day: z.string(), count: z.number(), median: z.number() }));

/**
 * By UTC day of the decision: how many requests other people decided, and the median time that it took. Days without
 * a decision are left out; of the whole tenant, of nobody in particular.
 */
export async function decisionDays(
  tx: Pick<TenantReads, "$queryRaw">,
  now: Instant,
  length: number,
): Promise<{ day: string; count: number; medianSeconds: number }[]> {
  const first = addSeconds(now, -(length - 1) * DAY_SECONDS).slice(0, 10);
  const since = new Date(`${first}T00:00:00Z`);
  // Without a line nobody was waited for.
  const rows = decided.parse(
    await tx.$queryRaw<unknown[]>(Prisma.sql`
      SELECT to_char(decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*)::int AS count,
        (percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - proposed_at)))::float8 AS median
      FROM projection.proposal
      WHERE ${OWN_TENANT} AND kind = 'request' AND status IN ('approved', 'denied') AND decided_at >= ${since}
        AND chain <> '[]' GROUP BY 1 ORDER BY 1`),
  );
  return rows.map(({ day, count, median }) => ({ day, count, medianSeconds: Math.round(median) }));
}
