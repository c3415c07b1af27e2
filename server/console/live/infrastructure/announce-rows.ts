import type { TenantId } from "@countersign/protocol/names";
import { announcementOf, CHANGES_CHANNEL } from "../../../db/changed-rows.ts";
import type { TenantWrites } from "../../../db/console-database.ts";

/**
 * Tells every console, when this transaction commits, that rows of the console's own have changed. The key service's
 * projector says the same of its own.
 */
export async function announceRows(
  tx: Pick<TenantWrites, "$queryRaw">,
  tenant: TenantId,
  tables: readonly ("notice" | "delivery")[],
): Promise<void> {
  const payload = announcementOf({ tenant, tables });
  // As text: what the function itself returns, nothing, is no type that comes back.
  await tx.$queryRaw`SELECT pg_notify(${CHANGES_CHANNEL}, ${payload})::text`;
}
