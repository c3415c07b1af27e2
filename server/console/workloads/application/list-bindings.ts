import { procedure } from "../../trpc/procedure.ts";
import { workloadsContract } from "../contract.ts";
import { readBindings } from "../infrastructure/binding-rows.ts";

export const listBindings = procedure("workloads.list", workloadsContract.list).query(
  ({ ctx: { parts, caller, reach }, input: { cursor, limit, ...filters } }) =>
    parts.database.withTenant(caller.tenant, (tx) =>
      readBindings(tx, filters, { cursor, limit }, { reach, now: parts.now() }),
    ),
);
