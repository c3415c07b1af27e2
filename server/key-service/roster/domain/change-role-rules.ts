import { canonicalise } from "@countersign/protocol/canonical";
import { refuse } from "@countersign/protocol/refusals";
import type { Assignment } from "@countersign/protocol/roles";
import { err, ok } from "../../../kernel/result.ts";
import { chainForNaming } from "../../requests/domain/chain.ts";
import type { ActRules } from "../../requests/domain/proposal-rules.ts";
import { APPROVING_ROLES, holds } from "./roster.ts";

/** *Change role*: an officer proposes, other officers agree; nobody changes their own roles. */
export const changeRoleRules: ActRules<"change-role"> = {
  judge({ tenant, signer }, statement) {
    const { body } = statement;
    if (statement.signer.role !== "officer" || !holds(signer, "officer", null)) {
      return err(refuse("not-allowed", "Roles are changed by officers. Ask one of them."));
    }
    const target = tenant.people.get(body.person.person);
    if (target === undefined || target.status !== "active" || target.name !== body.person.name) {
      return err(refuse("not-found", "There is no such person."));
    }
    if (target.person === signer.person) {
      return err(refuse("own-proposal", "You cannot change your own roles. Another officer can."));
    }
    if (!sameAssignments(target.roles, body.before)) {
      return err(refuse("facts-differ", "The roles of this person have changed since. Ask again."));
    }
    if (sameAssignments(body.before, body.after)) {
      return err(refuse("malformed", "Nothing would change."));
    }
    if (new Set(body.after.map(canonicalise)).size !== body.after.length) {
      return err(refuse("malformed", "The same role is named twice."));
    }
    const approver = [...body.before, ...body.after].some((it) =>
      APPROVING_ROLES.includes(it.role),
    );
    const chain = chainForNaming(approver ? "approver" : "anybody", true);
    return ok({ chain, beneficiaries: [target.person] });
  },

  effects({ signer }, { body }, { approvers }) {
    return [
      {
        type: "RolesChanged",
        tenant: signer.tenant,
        person: body.person.person,
        roles: body.after,
        sponsors: [signer.person, ...approvers],
      },
    ];
  },
};

function sameAssignments(a: readonly Assignment[], b: readonly Assignment[]): boolean {
  const sorted = (of: readonly Assignment[]) =>
    canonicalise(of.map((it) => canonicalise(it)).sort());
  return sorted(a) === sorted(b);
}
