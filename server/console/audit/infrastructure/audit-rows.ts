import { digest, secretId } from "@countersign/protocol/ids";
import { signingRole } from "@countersign/protocol/roles";
import * as z from "zod";
import { Prisma } from "../../../../generated/prisma/client.ts";
import type { TenantReads } from "../../../db/console-database.ts";
import { instantOf, People, secretNames } from "../../names/names.ts";
import { type AuditRow, OUTCOMES } from "../contract.ts";
import { aboutsOf } from "./abouts.ts";

type Entry = Awaited<ReturnType<TenantReads["auditEntry"]["findMany"]>>[number];

const found = z.array(z.object({ entry: z.bigint() }));

/** Newest first; `before` and `only` are indexes of entries. */
export async function findEntries(
  tx: Pick<TenantReads, "$queryRaw" | "auditEntry">,
  conditions: Prisma.Sql,
  {
    before,
    only,
    take,
  }: { readonly before?: number | null; readonly only?: number; readonly take: number },
): Promise<Entry[]> {
  const older = before == null ? Prisma.sql`TRUE` : Prisma.sql`entry < ${before}`;
  const that = only === undefined ? Prisma.sql`TRUE` : Prisma.sql`entry = ${only}`;
  const entries = found.parse(
    await tx.$queryRaw<unknown[]>(Prisma.sql`
      SELECT entry FROM projection.audit_entry WHERE ${conditions} AND ${older} AND ${that}
      ORDER BY entry DESC LIMIT ${take}`),
  );
  return tx.auditEntry.findMany({
    where: { entry: { in: entries.map((it) => it.entry) } },
    orderBy: { entry: "desc" },
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
  const abouts = await aboutsOf(
    tx,
    entries.map((it) => it.subject),
  );
  return entries.map((it) => ({
    entry: Number(it.entry),
    at: instantOf(it.at),
    door: it.door,
    correlation: it.correlation,
    act: it.act,
    eventTypes: it.eventTypes,
    actor: people.refOrNull(it.actor),
    workload: it.actor?.startsWith("spiffe://") === true ? it.actor : null,
    actorRole: it.actorRole === null ? null : signingRole.parse(it.actorRole),
    device: it.device,
    subject: it.subject,
    about: (it.subject && abouts.get(it.subject)) || null,
    secrets: it.secrets.map((id) => ({ secret: secretId.parse(id), name: names.get(id) ?? id })),
    statementDigest: it.statementDigest === null ? null : digest.parse(it.statementDigest),
    outcome: z.enum(OUTCOMES).parse(it.outcome),
    code: it.code,
    count: it.count,
    justification: it.justification,
    reason: it.reason,
  }));
}
