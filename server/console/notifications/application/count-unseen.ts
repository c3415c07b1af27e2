import { procedure } from "../../trpc/procedure.ts";
import { notificationsContract } from "../contract.ts";

export const countUnseen = procedure("notifications.unseen", notificationsContract.unseen).query(
  async ({ ctx: { parts, caller } }) => ({
    count: await parts.database.withTenant(caller.tenant, (tx) =>
      tx.notice.count({ where: { person: caller.person, seenAt: null } }),
    ),
  }),
);
