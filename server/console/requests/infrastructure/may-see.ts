import { type Assignment, isPerService } from "@countersign/protocol/roles";
import type { Prisma } from "../../../../generated/prisma/client.ts";
import type { TenantReads } from "../../../db/console-database.ts";
import type { Caller } from "../../sessions/domain/session.ts";

/**
 * Which proposals somebody may know of, as the key service has it: whoever made it or gains by it, whoever holds
 * a role that could sign a line, officers and auditors (`all`). A role that is held per service counts for
 * proposals about secrets of that service.
 */
export async function proposalsFor(
  tx: Pick<TenantReads, "secret">,
  { person, roles }: Pick<Caller, "person" | "roles">,
  all: boolean,
): Promise<Prisma.ProposalWhereInput> {
  if (all) return {};
  const signable: Prisma.ProposalWhereInput[] = [];
  for (const assigned of roles) {
    const hasLine: Prisma.ProposalWhereInput = {
      chain: { array_contains: [{ anyOf: [assigned.role] }] },
    };
    if (!isPerService(assigned.role)) signable.push(hasLine);
    else signable.push({ AND: [hasLine, await aboutService(tx, assigned)] });
  }
  return { OR: [{ proposedBy: person }, { beneficiaries: { has: person } }, ...signable] };
}

async function aboutService(
  tx: Pick<TenantReads, "secret">,
  { service }: Assignment,
): Promise<Prisma.ProposalWhereInput> {
  const secrets = await tx.secret.findMany({
    where: { name: { startsWith: `${service}/` } },
    select: { secret: true },
  });
  // A secret that is being registered is no row yet: its name stands in the statement.
  const registers: Prisma.ProposalWhereInput = {
    statement: { path: ["body", "name"], string_starts_with: `${service}/` },
  };
  return { OR: [{ secrets: { hasSome: secrets.map((it) => it.secret) } }, registers] };
}
