import { draftAct } from "../../drafts/draft.ts";
import { procedure } from "../../trpc/procedure.ts";
import { peopleContract } from "../contract.ts";

export const draftLink = procedure("people.draftLink", peopleContract.draftLink).mutation(
  ({ ctx, input: { person, issuer, subject, returnTo } }) =>
    draftAct(ctx, { act: "link-identity", person, issuer, subject }, returnTo),
);
