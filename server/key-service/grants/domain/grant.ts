import type { DeviceId, Digest, PersonId, RequestId, SecretId } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import type { TenantId } from "@countersign/protocol/names";

/** One opening: bound to the key it was sealed to, so that a retry is the same opening and a race is not. */
export type GrantUse = {
  readonly use: number;
  /** Digest of the HPKE key that the value was sealed to. */
  readonly recipientKey: Digest;
  readonly intendedAt: Instant;
  /** Index of the `release-intent` entry. An intent without a done counts as disclosed. */
  readonly intentIndex: number;
  done: boolean;
};

export type GrantedSecret = {
  readonly secret: SecretId;
  readonly version: number;
  /** Digest of the metadata that the approvers judged. */
  readonly policy: Digest;
  readonly uses: GrantUse[];
};

export type Grant = {
  readonly tenant: TenantId;
  readonly request: RequestId;
  readonly proposal: Digest;
  readonly person: PersonId;
  readonly device: DeviceId;
  readonly secrets: readonly GrantedSecret[];
  readonly notBefore: Instant;
  readonly expiresAt: Instant;
  readonly maxUses: number;
  status: "active" | "expired" | "revoked";
};
