import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { StatementOf } from "@countersign/protocol/statement";
import { digestOfNow } from "../../../kernel/digest.ts";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { DomainEvent } from "../../decisions/domain/event.ts";
import {
  chainForUse,
  isAsStrictAs,
  isPersonalData,
  stricter,
} from "../../requests/domain/chain.ts";
import type { ActContext, ActRules } from "../../requests/domain/proposal-rules.ts";
import { activeBindings, mayBeBound } from "./bind-workload-rules.ts";
import { ownSecret } from "./own-secret.ts";
import type { Secret } from "./secret.ts";

type PolicyChange = StatementOf<"edit-secret" | "reclassify-secret">;

/** *Edit secret*: what does not decide who must sign. */
export const editSecretRules: ActRules<"edit-secret"> = {
  judge(context, statement) {
    const found = changeable(context, statement);
    if (!found.ok) return found;
    const { policy } = found.value;
    const { after } = statement.body;
    const decisive = (["dataClassification", "tier", "owner", "service"] as const).filter(
      (field) => policy[field] !== after[field],
    );
    if (decisive.length > 0) {
      return err(refuse("not-allowed", `${decisive.join(", ")}: this takes a re-classification.`));
    }
    return ok({ chain: [], beneficiaries: [] });
  },
  effects: (context, statement) => [policyChanged(context, statement)],
};

/**
 * *Re-classify secret*: owner, service, classification or tier; the stricter rules of before and after.
 * Workloads that were bound under weaker rules than those after it are bound no more: nobody signed them
 * as what the secret now is. They are bound anew, with the signatures that this takes.
 */
export const reclassifySecretRules: ActRules<"reclassify-secret"> = {
  judge(context, statement) {
    const found = changeable(context, statement);
    if (!found.ok) return found;
    const { policy, environment, current } = found.value;
    const personalData = current?.personalData ?? false;
    const before = chainForUse(policy, environment, personalData);
    const after = chainForUse(statement.body.after, environment, personalData);
    return ok({ chain: stricter(before, after), beneficiaries: [] });
  },
  effects(context, statement) {
    return [policyChanged(context, statement), ...bindingsEnded(context, statement)];
  },
};

function bindingsEnded({ tenant }: ActContext, { tenant: id, body }: PolicyChange): DomainEvent[] {
  const secret = tenant.secrets.get(body.secret.secret);
  if (secret === undefined) return [];
  const { policy, environment, current } = secret;
  const marked = current?.personalData ?? false;
  const before = chainForUse(policy, environment, marked);
  const after = chainForUse(body.after, environment, marked);
  const isStricter = !isAsStrictAs(before, after);
  const personalData = marked || isPersonalData(body.after);
  return activeBindings(tenant, secret.secret)
    .filter((it) => isStricter || !mayBeBound(it.proof, environment, personalData))
    .map(({ binding }) => ({ type: "BindingRevoked", tenant: id, binding }));
}

function changeable(
  { tenant, signer }: ActContext,
  statement: PolicyChange,
): Result<Secret, Refusal> {
  const { body } = statement;
  const found = ownSecret({ tenant, signer }, statement.signer.role, body.secret, "current");
  if (!found.ok) return found;
  if (digestOfNow("policy", body.after) === found.value.policyDigest) {
    return err(refuse("malformed", "Nothing would change."));
  }
  return found;
}

function policyChanged({ signer: { tenant } }: ActContext, { body }: PolicyChange): DomainEvent {
  const policyDigest = digestOfNow("policy", body.after);
  const secret = body.secret.secret;
  return { type: "PolicyChanged", tenant, secret, policy: body.after, policyDigest };
}
