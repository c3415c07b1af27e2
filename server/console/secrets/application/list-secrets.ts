import { procedure } from "../../trpc/procedure.ts";
import { secretsContract } from "../contract.ts";
import { readSecrets } from "../infrastructure/secret-rows.ts";

export const listSecrets = procedure("secrets.list", secretsContract.list).query(
  ({ ctx: { parts, caller, reach }, input: { sort, cursor, limit, ...filters } }) =>
    parts.database.withTenant(caller.tenant, (tx) =>
      readSecrets(tx, filters, { sort, cursor, limit }, { reach, now: parts.now() }),
    ),
);
