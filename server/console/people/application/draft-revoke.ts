import { draftAct } from "../../drafts/draft.ts";
import { procedure } from "../../trpc/procedure.ts";
import { peopleContract } from "../contract.ts";

/** Of somebody else's key or device the key service refuses the draft, unless the caller guards the tenant. */
export const draftRevokeAccess = procedure(
  "people.draftRevoke",
  peopleContract.draftRevoke,
).mutation(({ ctx, input: { subject, reason, returnTo } }) =>
  draftAct(ctx, { act: "revoke", subject, reason }, returnTo),
);
