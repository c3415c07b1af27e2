import { reachOf, whoMay } from "../../authorise/reach.ts";
import { dateOf } from "../../names/names.ts";
import { notFound, procedure } from "../../trpc/procedure.ts";
import { peopleContract } from "../contract.ts";
import { readPersonParts } from "../infrastructure/person-parts.ts";
import { toPersonRows } from "../infrastructure/person-rows.ts";

export const showPerson = procedure("people.detail", peopleContract.detail).query(
  async ({ ctx: { parts, caller, reach }, input: { person } }) => {
    const isSelf = person === caller.person;
    const now = dateOf(parts.now());
    const found = await parts.database.withTenant(caller.tenant, async (tx) => {
      const rows = await tx.person.findMany({ where: { person } });
      const [row] = await toPersonRows(tx, rows, now);
      if (row === undefined) return null;
      return { row, ...(await readPersonParts(tx, person, { now, session: caller.session })) };
    });
    if (found === null || !(reach.all || isSelf)) throw notFound("There is no such person.");
    const over = found.row.status === "revoked" ? "All access of this person was revoked." : null;
    const own = isSelf ? "Nobody changes what they themselves may do. Another officer can." : null;
    const why = (action: "people.draftRoles" | "people.draftLink") =>
      reachOf(action, caller.roles) === null ? whoMay(action) : (own ?? over);
    const revokes = reachOf("people.draftRevoke", caller.roles);
    return {
      ...found,
      may: {
        changeRoles: why("people.draftRoles"),
        link: why("people.draftLink"),
        revoke:
          isSelf || revokes?.all
            ? over
            : "Somebody else's access is revoked by officers and security admins. You can revoke your own.",
      },
    };
  },
);
