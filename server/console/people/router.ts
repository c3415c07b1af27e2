import { router } from "../trpc/procedure.ts";
import { draftLink } from "./application/draft-link.ts";
import { draftRevokeAccess } from "./application/draft-revoke.ts";
import { draftRoles } from "./application/draft-roles.ts";
import { listPeople } from "./application/list-people.ts";
import { showPerson } from "./application/show-person.ts";

export const peopleRouter = router({
  list: listPeople,
  detail: showPerson,
  draftRoles,
  draftLink,
  draftRevoke: draftRevokeAccess,
});
