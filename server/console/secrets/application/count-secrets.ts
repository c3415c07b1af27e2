import { procedure } from "../../trpc/procedure.ts";
import { secretsContract } from "../contract.ts";
import { facetsOf } from "./facets-of.ts";

export const secretFacets = procedure("secrets.facets", secretsContract.facets).query(
  ({ ctx: { parts, caller, reach }, input }) =>
    facetsOf(parts, caller.tenant, input, { reach, now: parts.now() }),
);
