import { tidyText } from "@countersign/protocol/text";
import { draftAct } from "../../drafts/draft.ts";
import { procedure } from "../../trpc/procedure.ts";
import { requestsContract } from "../contract.ts";

export const draftRequest = procedure("requests.draft", requestsContract.draft).mutation(
  ({ ctx, input: { returnTo, justification, ticket, ...asked } }) =>
    draftAct(
      ctx,
      {
        act: "request",
        ...asked,
        justification: tidyText(justification),
        ticket: tidyText(ticket),
      },
      returnTo,
    ),
);
