import { type TenantId, tenantId } from "@countersign/protocol/names";
import type pg from "pg";
import { announcementOf, CHANGES_CHANNEL, type ChangedRows } from "../../../../db/changed-rows.ts";
import type { RowWrites, TableWrites } from "../../application/projection-store.ts";

/** Tells whoever listens, when this transaction commits, whose rows it changes in which tables. */
export async function announce(
  client: pg.PoolClient,
  changed: readonly ChangedRows[],
): Promise<void> {
  if (changed.length === 0) return;
  await client.query("SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload", [
    CHANGES_CHANNEL,
    changed.map(announcementOf),
  ]);
}

/** One for each tenant that any of these rows belongs to. */
export function changesIn(writes: TableWrites): ChangedRows[] {
  const tables = new Map<TenantId, string[]>();
  for (const [table, rows] of writes) {
    for (const tenant of tenantsOf(rows)) {
      const known = tables.get(tenant);
      if (known === undefined) tables.set(tenant, [table]);
      else known.push(table);
    }
  }
  return [...tables].map(([tenant, changed]) => ({ tenant, tables: changed }));
}

function tenantsOf({ put, add, set, remove }: RowWrites): ReadonlySet<TenantId> {
  const all = [put, add, set, remove].flatMap((rows) => rows.map((row) => row.tenant));
  // A row without one belongs to nobody's lists.
  return new Set(all.flatMap((it) => tenantId.safeParse(it).data ?? []));
}
