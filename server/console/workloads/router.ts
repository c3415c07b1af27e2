import { router } from "../trpc/procedure.ts";
import { bindingFacets } from "./application/count-bindings.ts";
import { draftBind } from "./application/draft-bind.ts";
import { draftRevokeBinding } from "./application/draft-revoke.ts";
import { listBindings } from "./application/list-bindings.ts";

export const workloadsRouter = router({
  list: listBindings,
  facets: bindingFacets,
  draftBind,
  draftRevoke: draftRevokeBinding,
});
