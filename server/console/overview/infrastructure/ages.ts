import * as z from "zod";
import { Prisma } from "../../../../generated/prisma/client.ts";
import type { TenantReads } from "../../../db/console-database.ts";
import { dateOf } from "../../names/names.ts";
import { facts, searched } from "../../secrets/infrastructure/secret-facts.ts";
import { AGE_QUARTERS } from "../contract.ts";
import type { Within } from "./within.ts";

const counts = z.array(z.object({ tier: z.string(), quarter: z.number(), count: z.number() }));

/**
 * How much of its allowed age each value has used, by tier: quarters of the time from when it was put until it must
 * be replaced, and what is over it. Values whose end cannot be told are left out; they are incomplete.
 */
export async function agesByTier(
  tx: Pick<TenantReads, "$queryRaw">,
  { reach, now }: Within,
): Promise<{ tier: string; quarters: number[] }[]> {
  const rows = counts.parse(
    await tx.$queryRaw<unknown[]>(Prisma.sql`
      WITH ${facts(now)} SELECT coalesce(tier, 'none') AS tier, count(*)::int AS count,
        least(4, greatest(0, floor(4 * extract(epoch FROM ${dateOf(now)}::timestamptz - value_added_at)
          / nullif(extract(epoch FROM value_ends_at - value_added_at), 0))))::int AS quarter
      FROM fact WHERE ${searched({}, reach)} AND status = 'active' AND value_ends_at > value_added_at
      GROUP BY 1, 3`),
  );
  return [...new Set(rows.map((it) => it.tier))].map((tier) => ({
    tier,
    quarters: AGE_QUARTERS.map(
      (_, at) => rows.find((it) => it.tier === tier && it.quarter === at)?.count ?? 0,
    ),
  }));
}
