import { draftAct } from "../../drafts/draft.ts";
import { procedure } from "../../trpc/procedure.ts";
import { requestsContract } from "../contract.ts";

export const draftRevokeGrant = procedure(
  "requests.draftRevoke",
  requestsContract.draftRevoke,
).mutation(({ ctx, input: { request, reason, returnTo } }) =>
  draftAct(ctx, { act: "revoke", subject: { type: "grant", request }, reason }, returnTo),
);
