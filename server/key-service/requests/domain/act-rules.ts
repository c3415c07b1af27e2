import type { StatementKind } from "@countersign/protocol/statement";
import { changeRoleRules } from "../../roster/domain/change-role-rules.ts";
import { enrolKeyRules } from "../../roster/domain/enrol-key-rules.ts";
import { revokeRules } from "../../roster/domain/revoke-rules.ts";
import { bindWorkloadRules } from "../../secrets/domain/bind-workload-rules.ts";
import {
  editSecretRules,
  reclassifySecretRules,
} from "../../secrets/domain/change-policy-rules.ts";
import { putValueRules } from "../../secrets/domain/put-value-rules.ts";
import { registerSecretRules } from "../../secrets/domain/register-secret-rules.ts";
import { linkIdentityRules } from "../../sessions/domain/link-identity-rules.ts";
import type { ProposableKind, ProposedStatement } from "./proposal.ts";
import type { ActContext, ActRules, Agreed } from "./proposal-rules.ts";
import { requestRules } from "./request-rules.ts";

/** The rules of every act that may need other people. A new kind without rules does not compile. */
const ACT_RULES: { readonly [K in ProposableKind]: ActRules<K> } = {
  "enrol-key": enrolKeyRules,
  "change-role": changeRoleRules,
  "link-identity": linkIdentityRules,
  "register-secret": registerSecretRules,
  "edit-secret": editSecretRules,
  "reclassify-secret": reclassifySecretRules,
  "put-value": putValueRules,
  request: requestRules,
  "bind-workload": bindWorkloadRules,
  revoke: revokeRules,
};

export function isProposable(kind: StatementKind): kind is ProposableKind {
  return Object.hasOwn(ACT_RULES, kind);
}

export function rulesOf(statement: ProposedStatement): {
  judge(context: ActContext): ReturnType<ActRules<ProposableKind>["judge"]>;
  effects(context: ActContext, agreed: Agreed): ReturnType<ActRules<ProposableKind>["effects"]>;
} {
  // The table maps each kind to rules for statements of that very kind, which TypeScript cannot follow.
  const rules = ACT_RULES[statement.kind] as unknown as ActRules<ProposableKind>;
  return {
    judge: (context) => rules.judge(context, statement),
    effects: (context, agreed) => rules.effects(context, statement, agreed),
  };
}
