import { refuse } from "@countersign/protocol/refusals";
import { err, ok } from "../../../kernel/result.ts";
import type { ActRules } from "../../requests/domain/proposal-rules.ts";
import { identityDigest } from "./identity.ts";
import { ownSecret } from "./own-secret.ts";

/** *Put value*: writing needs the owner's own signature; it lets nobody read. */
export const putValueRules: ActRules<"put-value"> = {
  judge({ tenant, signer }, statement) {
    const { body } = statement;
    const found = ownSecret({ tenant, signer }, statement.signer.role, body.secret, "next");
    if (!found.ok) return found;
    if (body.identity !== identityDigest(signer.tenant, found.value, body.secret.version)) {
      return err(
        refuse("facts-differ", "The statement's identity digest is not that of the secret."),
      );
    }
    return ok({ chain: [], beneficiaries: [] });
  },

  effects({ signer: { tenant } }, { body }) {
    const { secret, version } = body.secret;
    const { envelope } = body.value;
    return [{ type: "VersionAdded", tenant, secret, version, envelope, identity: body.identity }];
  },
};
