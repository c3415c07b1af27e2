import { draftAct } from "../../drafts/draft.ts";
import { procedure } from "../../trpc/procedure.ts";
import { workloadsContract } from "../contract.ts";

export const draftRevokeBinding = procedure(
  "workloads.draftRevoke",
  workloadsContract.draftRevoke,
).mutation(({ ctx, input: { binding, reason, returnTo } }) =>
  draftAct(ctx, { act: "revoke", subject: { type: "binding", binding }, reason }, returnTo),
);
