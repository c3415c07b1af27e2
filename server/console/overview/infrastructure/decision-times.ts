import type { Instant } from "@countersign/protocol/instants";
import * as z from "zod";
import { Prisma } from "../../../../generated/prisma/client.ts";
import type { TenantReads } from "../../../db/console-database.ts";
import { OWN_TENANT } from "../../../db/own-tenant.ts";
import { dateOf } from "../../names/names.ts";

const decided = z.tuple([z.object({ count: z.number(), median: z.number().nullable() })]);

/** How many proposals other people decided since then, and the median time from asking to deciding. */
export async function decisionTimes(
  tx: Pick<TenantReads, "$queryRaw">,
  since: Instant,
): Promise<{ count: number; medianSeconds: number | null }> {
  // Without a line nobody was waited for.
  const [{ count, median }] = decided.parse(
    await tx.$queryRaw<unknown[]>(Prisma.sql`
      SELECT count(*)::int AS count,
        (percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - proposed_at)))::float8 AS median
      FROM projection.proposal
      WHERE ${OWN_TENANT} AND status IN ('approved', 'denied') AND decided_at >= ${dateOf(since)} AND chain <> '[]'`),
  );
  return { count, medianSeconds: median === null ? null : Math.round(median) };
}
