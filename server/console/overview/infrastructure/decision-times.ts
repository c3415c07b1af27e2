import type { Instant } from "@countersign/protocol/instants";
import type { TenantReads } from "../../../db/console-database.ts";
import { dateOf } from "../../names/names.ts";

const MOST = 5000;

/** How many proposals other people decided since then, and the median time from asking to deciding. */
export async function decisionTimes(
  tx: Pick<TenantReads, "proposal">,
  since: Instant,
): Promise<{ count: number; medianSeconds: number | null }> {
  const decided = await tx.proposal.findMany({
    where: {
      status: { in: ["approved", "denied"] },
      decidedAt: { gte: dateOf(since) },
      // Without a line nobody was waited for.
      NOT: { chain: { equals: [] } },
    },
    select: { proposedAt: true, decidedAt: true },
    take: MOST,
  });
  const seconds = decided
    .flatMap(({ proposedAt, decidedAt }) =>
      decidedAt === null ? [] : [(decidedAt.getTime() - proposedAt.getTime()) / 1000],
    )
    .sort((a, b) => a - b);
  const middle = seconds[Math.floor(seconds.length / 2)];
  return { count: seconds.length, medianSeconds: middle === undefined ? null : Math.round(middle) };
}
