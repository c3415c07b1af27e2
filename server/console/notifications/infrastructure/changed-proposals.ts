import type { TenantReads } from "../../../db/console-database.ts";

const MOST = 100;

/**
 * Proposals of which the projections have news from this entry on, oldest news first, 100 at most: made, signed by
 * somebody, or decided. `next`: where to go on, the first entry that was not looked at.
 */
export async function changedProposals(
  tx: TenantReads,
  from: bigint,
): Promise<{ readonly proposals: readonly string[]; readonly next: bigint }> {
  const cursors = await tx.cursor.findMany();
  const head = cursors.reduce<bigint | null>(
    (least, it) => (least === null || it.nextIndex < least ? it.nextIndex : least),
    null,
  );
  if (head === null || head <= from) return { proposals: [], next: from };
  const within = { gte: from, lt: head };
  const order = { where: { entry: within }, orderBy: { entry: "asc" }, take: MOST } as const;
  const made = await tx.proposal.findMany({ ...order, select: { proposal: true, entry: true } });
  const signed = await tx.signatureLine.findMany({
    ...order,
    select: { proposal: true, entry: true },
  });
  const news = [...made, ...signed].sort((a, b) => Number(a.entry - b.entry));
  // Where either list was cut off, what lies behind its end has not been seen.
  const cut = [made, signed].flatMap((it) => (it.length < MOST ? [] : [it.at(-1)?.entry ?? head]));
  let next = head;
  for (const end of cut) if (end < next) next = end;
  const seen = cut.length === 0 ? news : news.filter((it) => it.entry < next);
  return { proposals: [...new Set(seen.map((it) => it.proposal))], next };
}
