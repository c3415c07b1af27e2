import { refuse } from "@countersign/protocol/refusals";
import { err, ok } from "../../../kernel/result.ts";
import { chainForNaming } from "../../requests/domain/chain.ts";
import type { ActRules } from "../../requests/domain/proposal-rules.ts";
import { APPROVING_ROLES, holdsAnywhere, wasSponsored } from "./roster.ts";

/**
 * *Enrol key*: a person's first key by a one-time invitation, a further one by a key they have. Keys of
 * approvers take officers. Genesis is exempt, for people as it named them: who was given a role since, and
 * approves, is not whom the officers' ceremony had before it.
 */
export const enrolKeyRules: ActRules<"enrol-key"> = {
  judge({ state, signer, now }, { body }) {
    const approver = APPROVING_ROLES.some((role) => holdsAnywhere(signer, role));
    const chain = approver ? chainForNaming("approver", false) : [];
    if (body.person.person !== signer.person || body.person.name !== signer.name) {
      return err(refuse("not-allowed", "A person enrols keys for themselves only."));
    }
    if (state.keys.has(body.credential) || state.keyOwners.has(body.publicKey)) {
      return err(refuse("key-taken", "This hardware key is already enrolled. Use another key."));
    }
    if (state.genesis?.mode !== "development" && body.backupEligible) {
      return err(
        refuse("not-allowed", "This key can be copied between devices. Use a hardware key."),
      );
    }
    if (body.authority.by === "invitation") {
      const invitation = state.invitations.get(body.authority.invitation);
      const fits = invitation?.person === signer.person && invitation.tenant === signer.tenant;
      if (
        invitation === undefined ||
        !fits ||
        invitation.status !== "open" ||
        invitation.expiresAt <= now
      ) {
        return err(
          refuse(
            "invitation-used",
            "This enrolment link was used or has ended. Ask for a new one.",
          ),
        );
      }
      return ok({ chain: wasSponsored(signer) ? chain : [], beneficiaries: [] });
    }
    const own = state.keys.get(body.authority.credential);
    if (own?.person !== signer.person || own.tenant !== signer.tenant || own.status !== "active") {
      return err(
        refuse(
          "key-revoked",
          "The key that vouches for the new one is not an active key of yours.",
        ),
      );
    }
    return ok({ chain, beneficiaries: [] });
  },

  effects({ signer }, { body }, { approvers }) {
    return [
      {
        type: "KeyEnrolled",
        tenant: signer.tenant,
        person: signer.person,
        credential: body.credential,
        publicKey: body.publicKey,
        algorithm: body.algorithm,
        aaguid: body.aaguid,
        backupEligible: body.backupEligible,
        signCount: 0,
        invitation: body.authority.by === "invitation" ? body.authority.invitation : null,
        sponsors: approvers,
      },
    ];
  },
};
