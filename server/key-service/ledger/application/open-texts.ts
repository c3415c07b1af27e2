import { openCommitment } from "@countersign/protocol/commitment";
import { type Commitment, commitment } from "@countersign/protocol/ids";
import { type TenantId, tenantId } from "@countersign/protocol/names";
import type { AnyRow } from "../projection/domain/change.ts";
import { shapeOf, TABLE_NAMES, type TableName } from "../projection/domain/tables.ts";
import type { OpeningSource } from "./projection-store.ts";

/**
 * Fills the columns in clear of rows: the text where the commitment opens under the label of that column,
 * else null. Rows of one table each time; the result is in the same order.
 */
export async function withTexts(
  table: TableName,
  rows: readonly AnyRow[],
  openings: OpeningSource,
): Promise<AnyRow[]> {
  const opened = Object.entries(shapeOf(table).opened);
  if (opened.length === 0) return [...rows];
  const wanted = new Map<TenantId, Set<Commitment>>();
  for (const row of rows) {
    for (const [, { from }] of opened) {
      const tenant = tenantId.safeParse(row.tenant);
      const target = commitment.safeParse(row[from]);
      if (!tenant.success || !target.success) continue;
      const known = wanted.get(tenant.data) ?? new Set();
      wanted.set(tenant.data, known.add(target.data));
    }
  }
  const loaded = new Map<unknown, Awaited<ReturnType<OpeningSource["load"]>>>();
  for (const [tenant, targets] of wanted) loaded.set(tenant, await openings.load(tenant, targets));
  return Promise.all(
    rows.map(async (row) => {
      const texts: Record<string, string | null> = {};
      for (const [column, { from, label }] of opened) {
        const target = commitment.safeParse(row[from]);
        texts[column] = target.success
          ? await openCommitment(target.data, label, loaded.get(row.tenant)?.get(target.data))
          : null;
      }
      return { ...row, ...texts };
    }),
  );
}

/** What each of some commitments of a tenant opens to now, whatever its label: null where it does not. */
export async function textsNow(
  tenant: TenantId,
  targets: readonly Commitment[],
  openings: OpeningSource,
): Promise<Map<Commitment, string | null>> {
  const loaded = await openings.load(tenant, targets);
  const texts = new Map<Commitment, string | null>();
  for (const target of targets) {
    const given = loaded.get(target);
    texts.set(
      target,
      given === undefined ? null : await openCommitment(target, given.label, given),
    );
  }
  return texts;
}

/** Every column that holds a commitment, with the column in clear beside it. */
export function openedColumns(): { table: TableName; column: string; from: string }[] {
  return TABLE_NAMES.flatMap((table) =>
    Object.entries(shapeOf(table).opened).map(([column, { from }]) => ({ table, column, from })),
  );
}
