import { draftAct } from "../../drafts/draft.ts";
import { procedure } from "../../trpc/procedure.ts";
import { peopleContract } from "../contract.ts";

export const draftRoles = procedure("people.draftRoles", peopleContract.draftRoles).mutation(
  ({ ctx, input: { person, after, returnTo } }) =>
    draftAct(ctx, { act: "change-role", person, after }, returnTo),
);
