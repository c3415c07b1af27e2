import { addSeconds } from "@countersign/protocol/instants";
import type { TenantId } from "@countersign/protocol/names";
import { dateOf } from "../../names/names.ts";
import type { ConsoleParts } from "../../trpc/context.ts";

/** Far beyond the three days that a proposal waits: nobody is told anew of what is forgotten. */
const KEPT_SECONDS = 90 * 86_400;

/**
 * Forgets notices and messages of one tenant that are 90 days old, and at once where people who are revoked wanted
 * their mail. What happened stands in the ledger; these rows only told of it.
 */
export async function forgetOld(
  { database, now }: Pick<ConsoleParts, "database" | "now">,
  tenant: TenantId,
): Promise<void> {
  const before = dateOf(addSeconds(now(), -KEPT_SECONDS));
  const revoked = await database.withTenant(tenant, (tx) =>
    tx.person.findMany({ where: { status: "revoked" }, select: { person: true } }),
  );
  await database.writeAsTenant(tenant, async (tx) => {
    await tx.notice.deleteMany({ where: { toldAt: { lt: before } } });
    await tx.delivery.deleteMany({ where: { until: { lt: before } } });
    await tx.mailSetting.deleteMany({
      where: { person: { in: revoked.map((it) => it.person) } },
    });
  });
}
