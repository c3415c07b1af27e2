import { secretName } from "@countersign/protocol/names";
import { draftAct } from "../../drafts/draft.ts";
import { notFound, procedure } from "../../trpc/procedure.ts";
import { secretsContract } from "../contract.ts";

export const draftRevokeSecret = procedure(
  "secrets.draftRevoke",
  secretsContract.draftRevoke,
).mutation(async ({ ctx: { parts, caller, reach }, input: { secret, reason, returnTo } }) => {
  const row = await parts.database.withTenant(caller.tenant, (tx) =>
    tx.secret.findFirst({ where: { secret }, select: { name: true } }),
  );
  const within = reach.all || reach.services.includes(row?.name.split("/")[0] ?? "");
  if (row === null || !within) throw notFound("There is no such secret of a service of yours.");
  const subject = { type: "secret", name: secretName.parse(row.name) } as const;
  return draftAct({ parts, caller }, { act: "revoke", subject, reason }, returnTo);
});
