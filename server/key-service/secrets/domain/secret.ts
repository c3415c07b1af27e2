import type { BindingId, Digest, SecretId } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import type { SecretName, SpiffeId, TenantId } from "@countersign/protocol/names";
import type { SecretPolicy } from "@countersign/protocol/policy";
import type { SecretRef } from "@countersign/protocol/statement";
import type { Environment, SecretCategory, SecretType } from "@countersign/protocol/taxonomy";

export type SecretVersion = {
  readonly version: number;
  /** Digest of the sealed envelope: a row that was edited, moved or restored does not have it. */
  readonly envelope: Digest;
  readonly identity: Digest;
  readonly addedAt: Instant;
  /** High-water mark: once this version was classified as personal data, it stays so for the rules. */
  personalData: boolean;
};

export type Secret = {
  readonly tenant: TenantId;
  readonly secret: SecretId;
  readonly name: SecretName;
  readonly environment: Environment;
  readonly type: SecretType;
  readonly category: SecretCategory;
  policy: SecretPolicy;
  policyDigest: Digest;
  status: "active" | "revoked";
  current: SecretVersion | null;
};

export type Binding = {
  readonly tenant: TenantId;
  readonly binding: BindingId;
  readonly secret: SecretId;
  readonly workload: SpiffeId;
  readonly proof: "end-to-end" | "gateway-vouched";
  readonly expiresAt: Instant;
  /** Of the ledger entry that made it: nothing is fetched before witnesses have cosigned that. */
  readonly index: number;
  /** `expired` once the ledger says so; whoever decides compares `expiresAt` itself. */
  status: "active" | "revoked" | "expired";
};

/** Whether a statement's reference still is what the fold knows. `version` is asked for by the caller. */
export function refersTo(ref: SecretRef, secret: Secret, version: number): boolean {
  return (
    ref.secret === secret.secret &&
    ref.name === secret.name &&
    ref.environment === secret.environment &&
    ref.policy === secret.policyDigest &&
    ref.version === version
  );
}
