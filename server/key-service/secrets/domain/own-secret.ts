import { serviceOf } from "@countersign/protocol/names";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { SigningRole } from "@countersign/protocol/roles";
import type { SecretRef } from "@countersign/protocol/statement";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { TenantState } from "../../decisions/domain/state.ts";
import { holds, type Person } from "../../roster/domain/roster.ts";
import { refersTo, type Secret } from "./secret.ts";

/** `service == owner`: only owners and admins of a service deal with its secrets [SEG-3]. */
export function isOfOwnService(
  person: Person,
  role: SigningRole,
  secret: Pick<Secret, "name">,
): boolean {
  return (
    (role === "service-owner" || role === "service-admin") &&
    holds(person, role, serviceOf(secret.name))
  );
}

/**
 * The secret that a statement names, as the fold knows it now. A secret of somebody else's service is
 * not found: who may not know of it learns nothing. `version` is the one that the act is about.
 */
export function ownSecret(
  { tenant, signer }: { readonly tenant: TenantState; readonly signer: Person },
  role: SigningRole,
  ref: SecretRef,
  version: "current" | "next",
): Result<Secret, Refusal> {
  const secret = tenant.secrets.get(ref.secret);
  if (secret === undefined || !isOfOwnService(signer, role, secret)) {
    return err(refuse("not-found", `There is no secret ${ref.name} of a service of yours.`));
  }
  if (secret.status === "revoked") {
    return err(
      refuse("secret-revoked", `${secret.name} was revoked. Its owner can register a new one.`),
    );
  }
  const current = secret.current?.version ?? 0;
  const wanted = version === "next" ? current + 1 : Math.max(1, current);
  if (!refersTo(ref, secret, wanted)) {
    return err(
      refuse("secret-changed", `${secret.name} has changed since this was drafted. Start again.`),
    );
  }
  return ok(secret);
}
