import { type Instant, secondsBetween } from "@countersign/protocol/instants";
import type { SecretPolicy } from "@countersign/protocol/policy";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { WorkloadBinding } from "@countersign/protocol/statement";
import type { Environment } from "@countersign/protocol/taxonomy";
import { err, ok } from "../../../kernel/result.ts";
import type { TenantState } from "../../decisions/domain/state.ts";
import { chainForUse, isPersonalData } from "../../requests/domain/chain.ts";
import type { ActRules } from "../../requests/domain/proposal-rules.ts";
import { ownSecret } from "./own-secret.ts";

export const MAX_BINDING_SECONDS = 90 * 86_400;

/** *Bind workload*: an approved, expiring link from a workload's identity to one secret. */
export const bindWorkloadRules: ActRules<"bind-workload"> = {
  judge({ tenant, signer, now }, statement) {
    const { body } = statement;
    const found = ownSecret({ tenant, signer }, statement.signer.role, body.secret, "current");
    if (!found.ok) return found;
    const { policy, environment, current } = found.value;
    const personalData = current?.personalData ?? false;
    const judged = judgeBinding(body.binding, { tenant, now, policy, environment, personalData });
    if (judged !== null) return err(judged);
    const chain = chainForUse(policy, environment, personalData);
    return ok({ chain, beneficiaries: [] });
  },

  effects({ signer: { tenant } }, { body }) {
    return [{ type: "WorkloadBound", tenant, secret: body.secret.secret, ...body.binding }];
  },
};

/** What every binding must be, whether it comes alone or with a registration. */
export function judgeBinding(
  binding: WorkloadBinding,
  of: {
    readonly tenant: TenantState;
    readonly now: Instant;
    readonly policy: SecretPolicy;
    readonly environment: Environment;
    /** Whether the current version was ever classified as personal data: what it holds stays so. */
    readonly personalData: boolean;
  },
): Refusal | null {
  if (of.tenant.bindings.has(binding.binding)) {
    return refuse("already-exists", "This binding was made before. Bind again.");
  }
  const length = secondsBetween(of.now, binding.expiresAt);
  if (length <= 0 || length > MAX_BINDING_SECONDS) {
    return refuse("malformed", "A binding ends within 90 days from now.");
  }
  if (
    binding.proof === "gateway-vouched" &&
    of.environment === "prod" &&
    (of.personalData || isPersonalData(of.policy))
  ) {
    return refuse(
      "not-allowed",
      "Production secrets with personal data are bound end-to-end only.",
    );
  }
  return null;
}
