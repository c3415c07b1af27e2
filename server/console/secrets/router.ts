import { router } from "../trpc/procedure.ts";
import { secretFacets } from "./application/count-secrets.ts";
import { draftEdits } from "./application/draft-edit.ts";
import { draftRegister } from "./application/draft-register.ts";
import { draftRevokeSecret } from "./application/draft-revoke.ts";
import { listSecrets } from "./application/list-secrets.ts";
import { registerChoices } from "./application/register-choices.ts";
import { showSecret } from "./application/show-secret.ts";
import { suggestSecrets } from "./application/suggest-secrets.ts";

export const secretsRouter = router({
  list: listSecrets,
  facets: secretFacets,
  detail: showSecret,
  suggest: suggestSecrets,
  draftEdit: draftEdits,
  registerChoices,
  draftRegister,
  draftRevoke: draftRevokeSecret,
});
