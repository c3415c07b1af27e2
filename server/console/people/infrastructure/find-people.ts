import type { PersonId } from "@countersign/protocol/ids";
import type { Role } from "@countersign/protocol/roles";
import type { Prisma } from "../../../../generated/prisma/client.ts";
import type { TenantReads } from "../../../db/console-database.ts";

export type PeopleQuery = {
  readonly q?: string | undefined;
  readonly role?: readonly Role[] | undefined;
  readonly service?: string | undefined;
  readonly status?: readonly string[] | undefined;
  /** Nobody but this person; null for all. */
  readonly only: PersonId | null;
  /** Name and id of the last row of the page before. Erased names come last, as the empty name. */
  readonly after: readonly [name: string, person: string] | null;
  readonly take: number;
};

/** By name. */
export async function findPeople(tx: Pick<TenantReads, "person">, query: PeopleQuery) {
  const { q, role, service, status, only, after, take } = query;
  const conditions: Prisma.PersonWhereInput[] = [];
  if (only !== null) conditions.push({ person: only });
  if (q) {
    const text = q.trim();
    conditions.push({ OR: [{ name: { contains: text, mode: "insensitive" } }, { person: text }] });
  }
  if (role !== undefined && role.length > 0) {
    conditions.push({ OR: role.map((it) => ({ roles: { array_contains: [{ role: it }] } })) });
  }
  if (service) conditions.push({ roles: { array_contains: [{ service }] } });
  if (status !== undefined && status.length > 0) conditions.push({ status: { in: [...status] } });
  if (after !== null) conditions.push(beyond(...after));
  return tx.person.findMany({
    where: { AND: conditions },
    orderBy: [{ name: { sort: "asc", nulls: "last" } }, { person: "asc" }],
    take,
  });
}

function beyond(name: string, person: string): Prisma.PersonWhereInput {
  if (name === "") return { name: null, person: { gt: person } };
  return { OR: [{ name: { gt: name } }, { name, person: { gt: person } }, { name: null }] };
}
