import type { SecretId } from "@countersign/protocol/ids";
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
import type { Binding } from "./secret.ts";

export const MAX_BINDING_SECONDS = 90 * 86_400;
/** Of one secret, at a time: so many end in one ledger entry when it is re-classified. */
export const MAX_BINDINGS = 200;

/** *Bind workload*: an approved, expiring link from a workload's identity to one secret. */
export const bindWorkloadRules: ActRules<"bind-workload"> = {
  judge({ tenant, signer, now }, statement) {
    const { body } = statement;
    const found = ownSecret({ tenant, signer }, statement.signer.role, body.secret, "current");
    if (!found.ok) return found;
    const { secret, policy, environment, current } = found.value;
    const bound = activeBindings(tenant, secret).length;
    if (bound >= MAX_BINDINGS) {
      return err(refuse("not-allowed", `${bound} workloads are bound to it. Revoke one first.`));
    }
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

/** Those that were neither revoked nor recorded as ended. */
export function activeBindings({ bindings }: TenantState, secret: SecretId): Binding[] {
  return [...bindings.values()].filter((it) => it.secret === secret && it.status === "active");
}

/** Whether a workload whose identity is proven like this may be bound to such a secret at all. */
export function mayBeBound(
  proof: WorkloadBinding["proof"],
  environment: Environment,
  personalData: boolean,
): boolean {
  return proof === "end-to-end" || environment !== "prod" || !personalData;
}

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
  if (!mayBeBound(binding.proof, of.environment, of.personalData || isPersonalData(of.policy))) {
    return refuse(
      "not-allowed",
      "Production secrets with personal data are bound end-to-end only.",
    );
  }
  return null;
}
