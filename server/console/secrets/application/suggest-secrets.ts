import { procedure } from "../../trpc/procedure.ts";
import { secretsContract } from "../contract.ts";
import { readSecrets } from "../infrastructure/secret-rows.ts";

export const suggestSecrets = procedure("secrets.suggest", secretsContract.suggest).query(
  async ({ ctx: { parts, caller, reach }, input: { q, limit } }) => {
    const page = { sort: "name", cursor: null, limit } as const;
    const { rows } = await parts.database.withTenant(caller.tenant, (tx) =>
      readSecrets(tx, { q }, page, { reach, now: parts.now() }),
    );
    return rows.filter((row) => row.state !== "revoked");
  },
);
