import { notFound, procedure } from "../../trpc/procedure.ts";
import { auditContract } from "../contract.ts";
import { auditConditions } from "../infrastructure/audit-conditions.ts";
import { findEntries, toAuditRows } from "../infrastructure/audit-rows.ts";

/** One entry, with what a page needs to prove to itself that the ledger has it [AUD-2]. */
export const showEntry = procedure("audit.detail", auditContract.detail).query(
  async ({ ctx: { parts, caller, reach }, input: { entry } }) => {
    const { tenant, person } = caller;
    const row = await parts.database.withTenant(tenant, async (tx) => {
      const conditions = auditConditions({}, { person, reach });
      const found = await findEntries(tx, conditions, { only: entry, take: 1 });
      return (await toAuditRows(tx, found))[0];
    });
    if (row === undefined) throw notFound("There is no such entry, or it is not for you to see.");
    const asked = { tenant, index: entry };
    const proof = await parts.keyService.call("/console/v1/log/inclusion", asked);
    return { row, proof: proof.ok ? proof.value : null };
  },
);
