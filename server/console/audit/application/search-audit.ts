import * as z from "zod";
import type { Reach } from "../../authorise/reach.ts";
import { fromCursor, page } from "../../shapes/keyset.ts";
import { procedure } from "../../trpc/procedure.ts";
import { auditContract } from "../contract.ts";
import { auditConditions } from "../infrastructure/audit-conditions.ts";
import { findEntries, toAuditRows } from "../infrastructure/audit-rows.ts";

const cursorKey = z.tuple([z.int().min(0)]);

export const searchAudit = procedure("audit.search", auditContract.search).query(
  ({ ctx: { parts, caller, reach }, input: { cursor, limit, direction: _, ...filters } }) =>
    parts.database.withTenant(caller.tenant, async (tx) => {
      const conditions = auditConditions(filters, { person: caller.person, reach });
      const before = cursor === null ? null : fromCursor(cursor, cursorKey)[0];
      const found = await findEntries(tx, conditions, { before, take: limit + 1 });
      const { rows, next } = page(found, limit, (it) => [Number(it.entry)]);
      return { rows: await toAuditRows(tx, rows), next, covers: inWords(reach) };
    }),
);

function inWords({ all, services }: Reach): string {
  if (all) return "Everything that happened in this tenant.";
  const own = "what you did, and what others did about your requests";
  return services.length === 0
    ? `Your part: ${own}.`
    : `Your part: the secrets of ${services.join(", ")}; ${own}.`;
}
