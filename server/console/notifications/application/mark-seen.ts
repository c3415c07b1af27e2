import { announceRows } from "../../live/infrastructure/announce-rows.ts";
import { dateOf } from "../../names/names.ts";
import { procedure } from "../../trpc/procedure.ts";
import { notificationsContract } from "../contract.ts";

export const markSeen = procedure(
  "notifications.markSeen",
  notificationsContract.markSeen,
).mutation(async ({ ctx: { parts, caller }, input: { until } }) => {
  const { count } = await parts.database.writeAsTenant(caller.tenant, async (tx) => {
    const seen = await tx.notice.updateMany({
      where: { person: caller.person, seenAt: null, toldAt: { lte: dateOf(until) } },
      data: { seenAt: dateOf(parts.now()) },
    });
    if (seen.count > 0) await announceRows(tx, caller.tenant, ["notice"]);
    return seen;
  });
  return { seen: count };
});
