import { CATEGORIES } from "@countersign/protocol/categories";
import { environmentOf } from "@countersign/protocol/names";
import { refuse } from "@countersign/protocol/refusals";
import { digestOfNow } from "../../../kernel/digest.ts";
import { err, ok } from "../../../kernel/result.ts";
import { chainForUse } from "../../requests/domain/chain.ts";
import type { ActRules } from "../../requests/domain/proposal-rules.ts";
import { judgeBinding } from "./bind-workload-rules.ts";
import { identityDigest } from "./identity.ts";
import { isOfOwnService } from "./own-secret.ts";

/**
 * *Register secret*: with its first value and its workloads in one signature. Metadata may be missing
 * or malformed: such a secret is kept, and never handed out [META-1].
 */
export const registerSecretRules: ActRules<"register-secret"> = {
  judge(context, statement) {
    const { body } = statement;
    const { tenant, signer, now } = context;
    if (!isOfOwnService(signer, statement.signer.role, body)) {
      return err(
        refuse("not-allowed", `You are not an owner or admin of the service in ${body.name}.`),
      );
    }
    if (body.environment !== environmentOf(body.name)) {
      return err(refuse("malformed", "The environment is not the one in the secret's name."));
    }
    if (CATEGORIES[body.category].type !== body.type) {
      return err(refuse("malformed", `A ${body.category} is not of type ${body.type}.`));
    }
    if (tenant.secretsByName.has(body.name)) {
      return err(
        refuse(
          "already-exists",
          `${body.name} is registered. Use \`secrets put\` for a new value.`,
        ),
      );
    }
    if (tenant.secrets.has(body.secret)) {
      return err(refuse("already-exists", "This secret id is taken. Register again."));
    }
    if (body.identity !== identityDigest(signer.tenant, body, 1)) {
      return err(
        refuse("facts-differ", "The statement's identity digest is not that of the secret."),
      );
    }
    if (new Set(body.bindings.map((it) => it.binding)).size !== body.bindings.length) {
      return err(refuse("malformed", "The same binding is named twice."));
    }
    for (const binding of body.bindings) {
      const judged = judgeBinding(binding, {
        tenant,
        now,
        policy: body.policy,
        environment: body.environment,
        personalData: false,
      });
      if (judged !== null) return err(judged);
    }
    const chain =
      body.bindings.length === 0 ? [] : chainForUse(body.policy, body.environment, false);
    return ok({ chain, beneficiaries: [] });
  },

  effects({ signer: { tenant } }, { body }) {
    const { secret, name, environment, category, policy, value, identity } = body;
    return [
      {
        type: "SecretRegistered",
        tenant,
        secret,
        name,
        environment,
        secretType: body.type,
        category,
        policy,
        policyDigest: digestOfNow("policy", policy),
      },
      ...(value === null
        ? []
        : [
            {
              type: "VersionAdded",
              tenant,
              secret,
              version: 1,
              envelope: value.envelope,
              identity,
            } as const,
          ]),
      ...body.bindings.map(
        (binding) => ({ type: "WorkloadBound", tenant, secret, ...binding }) as const,
      ),
    ];
  },
};
