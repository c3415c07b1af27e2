import type { Digest, SecretId } from "@countersign/protocol/ids";
import type { SecretName, TenantId } from "@countersign/protocol/names";
import type { Environment } from "@countersign/protocol/taxonomy";
import { digestOfNow } from "../../../kernel/digest.ts";

export type NamedSecret = {
  readonly secret: SecretId;
  readonly name: SecretName;
  readonly environment: Environment;
};

/**
 * The identity of one version of a secret. It never changes and is what the value is encrypted under,
 * so that an envelope opens for the secret and the version that it was made for, and for no other.
 */
export function identityOf(
  tenant: TenantId,
  { secret, name, environment }: NamedSecret,
  version: number,
) {
  return { tenant, secret, name, environment, version };
}

export function identityDigest(tenant: TenantId, secret: NamedSecret, version: number): Digest {
  return digestOfNow("identity", identityOf(tenant, secret, version));
}
