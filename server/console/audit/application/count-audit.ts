import { addSeconds } from "@countersign/protocol/instants";
import { procedure } from "../../trpc/procedure.ts";
import { auditContract } from "../contract.ts";
import { auditConditions } from "../infrastructure/audit-conditions.ts";
import { countEntries } from "../infrastructure/audit-histogram.ts";

const USUAL_SECONDS = 30 * 86_400;

export const auditHistogram = procedure("audit.histogram", auditContract.histogram).query(
  ({ ctx: { parts, caller, reach }, input }) =>
    parts.costly.histograms.ask([caller.tenant, caller.person, reach, input], () =>
      parts.database.withTenant(caller.tenant, (tx) => {
        const to = input.to ?? addSeconds(parts.now(), 1);
        const from = input.from ?? addSeconds(to, -USUAL_SECONDS);
        const conditions = auditConditions(input, { person: caller.person, reach });
        return countEntries(tx, conditions, { from, to });
      }),
    ),
);
