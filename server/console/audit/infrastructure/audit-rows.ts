import { digest, type PersonId, secretId } from "@countersign/protocol/ids";
import { signingRole } from "@countersign/protocol/roles";
import * as z from "zod";
import type { Prisma } from "../../../../generated/prisma/client.ts";
import type { TenantReads } from "../../../db/console-database.ts";
import type { Reach } from "../../authorise/reach.ts";
import { dateOf, instantOf, People, secretNames } from "../../names/names.ts";
import { type AuditRow, type auditFilters, OUTCOMES } from "../contract.ts";

type Filters = z.infer<typeof auditFilters>;
type Entry = Awaited<ReturnType<TenantReads["auditEntry"]["findMany"]>>[number];

/**
 * Entries within reach [AUD-5]: all; or those about secrets of the person's services; and always what the person
 * did, and what others did about their proposals, keys and devices.
 */
export async function auditWhere(
  tx: TenantReads,
  filters: Filters,
  { person, reach }: { readonly person: PersonId; readonly reach: Reach },
): Promise<Prisma.AuditEntryWhereInput> {
  const conditions: Prisma.AuditEntryWhereInput[] = [matching(filters)];
  if (!reach.all) {
    const mine = await tx.proposal.findMany({
      where: { OR: [{ proposedBy: person }, { beneficiaries: { has: person } }] },
      select: { proposal: true },
      orderBy: { proposedAt: "desc" },
      take: 1000,
    });
    const secrets = await tx.secret.findMany({
      where: { OR: reach.services.map((service) => ({ name: { startsWith: `${service}/` } })) },
      select: { secret: true },
    });
    conditions.push({
      OR: [
        { actor: person },
        { subject: { in: [person, ...mine.map((it) => it.proposal)] } },
        { secrets: { hasSome: reach.services.length === 0 ? [] : secrets.map((it) => it.secret) } },
      ],
    });
  }
  return { AND: conditions };
}

function matching(filters: Filters): Prisma.AuditEntryWhereInput {
  const { q, act, actor, secret, subject, outcome, code, door, from, to } = filters;
  const text = q?.trim();
  const some = <T>(values: readonly T[] | undefined) =>
    values === undefined || values.length === 0 ? undefined : { in: [...values] };
  return dropUndefined({
    act: some(act),
    actor: some(actor),
    code: some(code),
    door: some(door),
    secrets: secret && { has: secret },
    subject,
    outcome,
    at: from || to ? dropUndefined({ gte: from && dateOf(from), lt: to && dateOf(to) }) : undefined,
    OR: text
      ? [
          { correlation: text },
          { subject: text },
          { statementDigest: text },
          { device: text },
          { justification: { contains: text, mode: "insensitive" } },
          { reason: { contains: text, mode: "insensitive" } },
        ]
      : undefined,
  });
}

/** Rows for people: names of actors and secrets beside their ids. */
export async function toAuditRows(tx: TenantReads, entries: readonly Entry[]): Promise<AuditRow[]> {
  const people = await People.load(
    tx,
    entries.map((it) => it.actor),
  );
  const names = await secretNames(
    tx,
    entries.flatMap((it) => it.secrets),
  );
  return entries.map((it) => ({
    entry: Number(it.entry),
    at: instantOf(it.at),
    door: it.door,
    correlation: it.correlation,
    act: it.act,
    eventTypes: it.eventTypes,
    actor: people.refOrNull(it.actor),
    actorRole: it.actorRole === null ? null : signingRole.parse(it.actorRole),
    device: it.device,
    subject: it.subject,
    secrets: it.secrets.map((id) => ({ secret: secretId.parse(id), name: names.get(id) ?? id })),
    statementDigest: it.statementDigest === null ? null : digest.parse(it.statementDigest),
    outcome: z.enum(OUTCOMES).parse(it.outcome),
    code: it.code,
    count: it.count,
    justification: it.justification,
    reason: it.reason,
  }));
}

/** With `exactOptionalPropertyTypes`, absent and undefined are two things; to a filter they mean one. */
type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
function dropUndefined<T extends object>(of: T): Defined<T> {
  // Every member that is left is defined, which is all that the type says.
  return Object.fromEntries(Object.entries(of).filter(([, it]) => it !== undefined)) as Defined<T>;
}
