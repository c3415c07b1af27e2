import { dateOf } from "../../names/names.ts";
import { procedure } from "../../trpc/procedure.ts";
import { notificationsContract } from "../contract.ts";

export const markSeen = procedure(
  "notifications.markSeen",
  notificationsContract.markSeen,
).mutation(async ({ ctx: { parts, caller }, input: { until } }) => {
  const { count } = await parts.database.writeAsTenant(caller.tenant, (tx) =>
    tx.notice.updateMany({
      where: { person: caller.person, seenAt: null, toldAt: { lte: dateOf(until) } },
      data: { seenAt: dateOf(parts.now()) },
    }),
  );
  return { seen: count };
});
