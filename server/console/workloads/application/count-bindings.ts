import { procedure } from "../../trpc/procedure.ts";
import { workloadsContract } from "../contract.ts";
import { countBindings } from "../infrastructure/binding-rows.ts";

export const bindingFacets = procedure("workloads.facets", workloadsContract.facets).query(
  ({ ctx: { parts, caller, reach }, input }) =>
    parts.database.withTenant(caller.tenant, (tx) =>
      countBindings(tx, input, { reach, now: parts.now() }),
    ),
);
