import { type ServiceName, serviceOf } from "@countersign/protocol/names";
import { unreachable } from "../../../kernel/result.ts";
import type { Proposal } from "./proposal.ts";

/**
 * The one service that a proposal is about, so that a service admin signs for their own service only.
 * Null where there is none or more than one: then no per-service role signs.
 */
export function serviceOfProposal({ statement }: Pick<Proposal, "statement">): ServiceName | null {
  switch (statement.kind) {
    case "enrol-key":
    case "change-role":
    case "revoke":
    case "link-identity":
      return null;
    case "register-secret":
      return serviceOf(statement.body.name);
    case "edit-secret":
    case "reclassify-secret":
    case "put-value":
    case "bind-workload":
      return serviceOf(statement.body.secret.name);
    case "request": {
      const services = new Set(statement.body.secrets.map((it) => serviceOf(it.name)));
      const [only] = services;
      return services.size === 1 && only !== undefined ? only : null;
    }
    default:
      return unreachable(statement);
  }
}
