import { refuse } from "@countersign/protocol/refusals";
import { err, ok } from "../../../kernel/result.ts";
import { chainForNaming } from "../../requests/domain/chain.ts";
import type { ActRules } from "../../requests/domain/proposal-rules.ts";
import { APPROVING_ROLES, holds, holdsAnywhere } from "../../roster/domain/roster.ts";
import { MAX_ACCOUNTS } from "./session.ts";

/**
 * *Link identity*: which account of an identity provider is whose. An officer or a security admin proposes
 * it for somebody else; officers agree as they do to a change of roles: two for somebody who approves. A
 * pair of issuer and subject belongs to one person in the world.
 */
export const linkIdentityRules: ActRules<"link-identity"> = {
  judge({ state, tenant, signer }, { body, signer: { role } }) {
    const mayPropose = role === "officer" || role === "security-admin";
    if (!mayPropose || !holds(signer, role, null)) {
      return err(
        refuse("not-allowed", "Accounts are linked by officers and security admins. Ask one."),
      );
    }
    const target = tenant.people.get(body.person.person);
    if (target === undefined || target.status !== "active" || target.name !== body.person.name) {
      return err(refuse("not-found", "There is no such person."));
    }
    if (target.person === signer.person) {
      return err(
        refuse("own-proposal", "You cannot link an account to yourself. Another officer can."),
      );
    }
    if (state.accountTenants.has(body.account)) {
      return err(
        refuse("already-exists", "This account is linked to somebody already. Unlink it first."),
      );
    }
    const own = [...tenant.identities.values()].filter((it) => it.person === target.person);
    if (own.length >= MAX_ACCOUNTS) {
      return err(
        refuse("not-allowed", `A person has ${MAX_ACCOUNTS} accounts at most. Unlink one first.`),
      );
    }
    const approves = APPROVING_ROLES.some((it) => holdsAnywhere(target, it));
    const chain = chainForNaming(approves ? "approver" : "anybody", role === "officer");
    return ok({ chain, beneficiaries: [target.person] });
  },

  effects({ signer }, { body }) {
    const { person, account } = body;
    return [{ type: "IdentityLinked", tenant: signer.tenant, person: person.person, account }];
  },
};
