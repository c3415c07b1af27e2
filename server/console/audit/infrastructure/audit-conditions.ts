import type { PersonId } from "@countersign/protocol/ids";
import type * as z from "zod";
import { Prisma } from "../../../../generated/prisma/client.ts";
import { OWN_TENANT } from "../../../db/own-tenant.ts";
import type { Reach } from "../../authorise/reach.ts";
import { dateOf } from "../../names/names.ts";
import type { auditFilters } from "../contract.ts";

export type AuditFilters = z.infer<typeof auditFilters>;
export type Asker = { readonly person: PersonId; readonly reach: Reach };

const YES = Prisma.sql`TRUE`;
const among = (column: Prisma.Sql, values: readonly string[] | undefined) =>
  values === undefined || values.length === 0 ? YES : Prisma.sql`${column} = ANY(${[...values]})`;

/** Conditions on `projection.audit_entry`: what was asked for, within the tenant and what the person may see. */
export function auditConditions(filters: AuditFilters, asker: Asker): Prisma.Sql {
  const { act, actor, secret, subject, outcome, code, door, from, to } = filters;
  return Prisma.join(
    [
      OWN_TENANT,
      within(asker),
      among(Prisma.sql`act`, act),
      among(Prisma.sql`actor`, actor),
      among(Prisma.sql`code`, code),
      among(Prisma.sql`door`, door),
      secret === undefined ? YES : Prisma.sql`${secret} = ANY(secrets)`,
      subject === undefined ? YES : Prisma.sql`subject = ${subject}`,
      outcome === undefined ? YES : Prisma.sql`outcome = ${outcome}`,
      from === undefined ? YES : Prisma.sql`at >= ${dateOf(from)}`,
      to === undefined ? YES : Prisma.sql`at < ${dateOf(to)}`,
      said(filters.q?.trim()),
    ],
    " AND ",
  );
}

/** Ids and digests have at least 16 characters and no blank; a text that looks like one is searched as one. */
const ID = /^[A-Za-z0-9_-]{16,64}$/;

/** An id or digest as a whole; anything else as a part of a reason. */
function said(text: string | undefined): Prisma.Sql {
  if (!text) return YES;
  if (ID.test(text)) {
    return Prisma.sql`(correlation = ${text} OR subject = ${text} OR statement_digest = ${text} OR device = ${text})`;
  }
  // In the words of the index over the few entries that have a text.
  return Prisma.sql`(justification IS NOT NULL OR reason IS NOT NULL)
    AND position(lower(${text}) in lower(coalesce(justification, '') || ' ' || coalesce(reason, ''))) > 0`;
}

/**
 * [AUD-5] Everything; or what is about secrets of the person's services; and always what the person did, and what
 * others did about their proposals, keys and devices.
 */
function within({ person, reach }: Asker): Prisma.Sql {
  if (reach.all) return YES;
  return Prisma.sql`(actor = ${person} OR subject = ${person}
    OR subject IN (SELECT proposal FROM projection.proposal
      WHERE ${OWN_TENANT} AND (proposed_by = ${person} OR ${person} = ANY(beneficiaries)))
    OR subject IN (SELECT device FROM projection.device WHERE ${OWN_TENANT} AND person = ${person})
    OR subject IN (SELECT credential FROM projection.hardware_key WHERE ${OWN_TENANT} AND person = ${person})
    OR secrets && ARRAY(SELECT secret FROM projection.secret
      WHERE ${OWN_TENANT} AND split_part(name, '/', 1) = ANY(${[...reach.services, ""]})))`;
}
