import { draftAct } from "../../drafts/draft.ts";
import { procedure } from "../../trpc/procedure.ts";
import { workloadsContract } from "../contract.ts";

export const draftBind = procedure("workloads.draftBind", workloadsContract.draftBind).mutation(
  ({ ctx, input: { name, returnTo, ...binding } }) =>
    draftAct(ctx, { act: "bind-workload", name, binding }, returnTo),
);
