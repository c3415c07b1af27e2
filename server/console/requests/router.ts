import { router } from "../trpc/procedure.ts";
import { countRequests } from "./application/count-requests.ts";
import { decideRequests } from "./application/decide-requests.ts";
import { draftRequest } from "./application/draft-request.ts";
import { draftRevokeGrant } from "./application/draft-revoke-grant.ts";
import { draftStatus } from "./application/draft-status.ts";
import { listRequests } from "./application/list-requests.ts";
import { requestChoices } from "./application/request-choices.ts";
import { showRequest } from "./application/show-request.ts";

export const requestsRouter = router({
  list: listRequests,
  counts: countRequests,
  detail: showRequest,
  choices: requestChoices,
  draft: draftRequest,
  decide: decideRequests,
  draftRevoke: draftRevokeGrant,
  draftStatus,
});
