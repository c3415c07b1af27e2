import type { PersonId, SecretId } from "@countersign/protocol/ids";
import type { Prisma } from "../../../../generated/prisma/client.ts";
import type { TenantReads } from "../../../db/console-database.ts";
import type { Caller } from "../../sessions/domain/session.ts";
import type { REQUEST_LISTS } from "../contract.ts";
import { proposalsFor } from "./may-see.ts";

export type ProposalQuery = {
  readonly which: (typeof REQUEST_LISTS)[number];
  readonly kind?: readonly string[] | undefined;
  readonly status?: readonly string[] | undefined;
  readonly person?: PersonId | undefined;
  readonly secret?: SecretId | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** Key of the last row of the page before. */
  readonly after: { readonly at: Date; readonly proposal: string } | null;
  readonly take: number;
};

/** Newest first; what waits for somebody, oldest first. */
export async function findProposals(
  tx: TenantReads,
  query: ProposalQuery,
  asker: {
    readonly caller: Caller;
    readonly all: boolean;
    readonly waiting: ReadonlySet<string>;
  },
) {
  const { which, kind, status, person, secret, from, to, after, take } = query;
  const direction = which === "for-me" ? "asc" : "desc";
  const beyond = (at: Date) => (direction === "asc" ? { gt: at } : { lt: at });
  const conditions: Prisma.ProposalWhereInput[] = [await within(tx, which, asker)];
  if (kind !== undefined && kind.length > 0) conditions.push({ kind: { in: [...kind] } });
  if (status !== undefined && status.length > 0) conditions.push({ status: { in: [...status] } });
  if (person !== undefined) conditions.push({ proposedBy: person });
  if (secret !== undefined) conditions.push({ secrets: { has: secret } });
  if (from !== undefined) conditions.push({ proposedAt: { gte: from } });
  if (to !== undefined) conditions.push({ proposedAt: { lt: to } });
  if (after !== null) {
    const id = direction === "asc" ? { gt: after.proposal } : { lt: after.proposal };
    const sameTime = { proposedAt: after.at, proposal: id };
    conditions.push({ OR: [{ proposedAt: beyond(after.at) }, sameTime] });
  }
  return tx.proposal.findMany({
    where: { AND: conditions },
    orderBy: [{ proposedAt: direction }, { proposal: direction }],
    take,
  });
}

async function within(
  tx: TenantReads,
  which: ProposalQuery["which"],
  { caller, all, waiting }: Parameters<typeof findProposals>[2],
): Promise<Prisma.ProposalWhereInput> {
  switch (which) {
    case "mine":
      return { OR: [{ proposedBy: caller.person }, { beneficiaries: { has: caller.person } }] };
    case "for-me":
      return { proposal: { in: [...waiting] }, status: "pending" };
    case "all":
      return proposalsFor(tx, caller, all);
  }
}
