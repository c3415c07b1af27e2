import { procedure } from "../../trpc/procedure.ts";
import { secretsContract } from "../contract.ts";
import { readFacets } from "../infrastructure/secret-facets.ts";

export const secretFacets = procedure("secrets.facets", secretsContract.facets).query(
  ({ ctx: { parts, caller, reach }, input }) =>
    parts.costly.facets.ask([caller.tenant, reach, input], () =>
      parts.database.withTenant(caller.tenant, (tx) =>
        readFacets(tx, input, { reach, now: parts.now() }),
      ),
    ),
);
