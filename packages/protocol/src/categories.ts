import type { SecretCategory, SecretClass, SecretType } from "./taxonomy.ts";

/** What a category is: its one type, and the class under which it is administered. */
export type CategoryFacts = {
  readonly type: SecretType;
  readonly secretClass: SecretClass;
};

/**
 * Every category under its canonical type [TYPE-2], and the class it is kept apart as [TYPE-3]:
 * *application* is what a program shows to another program, *infrastructure* opens machines, networks
 * and stores, *cryptographic* is key material. Where sources differ, key material wins.
 */
export const CATEGORIES = {
  "external-api-key": { type: "api-key", secretClass: "application" },
  "internal-api-key": { type: "api-key", secretClass: "application" },
  "service-token": { type: "api-key", secretClass: "application" },
  "integration-credential": { type: "api-key", secretClass: "application" },
  "ai-provider-key": { type: "api-key", secretClass: "application" },
  "webhook-secret": { type: "api-key", secretClass: "application" },
  "oauth-client-secret": { type: "api-key", secretClass: "application" },
  "idp-client-secret": { type: "api-key", secretClass: "application" },
  "idp-federation-credential": { type: "api-key", secretClass: "application" },
  "refresh-token": { type: "api-key", secretClass: "application" },
  "configuration-secret": { type: "api-key", secretClass: "application" },
  "service-account-credential": { type: "api-key", secretClass: "infrastructure" },
  "system-credential": { type: "api-key", secretClass: "infrastructure" },
  "vpn-credential": { type: "api-key", secretClass: "infrastructure" },
  "database-user": { type: "database-credential", secretClass: "infrastructure" },
  "cache-credential": { type: "database-credential", secretClass: "infrastructure" },
  "data-encryption-key": { type: "encryption-key", secretClass: "cryptographic" },
  "key-encryption-key": { type: "encryption-key", secretClass: "cryptographic" },
  "transport-key": { type: "encryption-key", secretClass: "cryptographic" },
  "backup-key": { type: "encryption-key", secretClass: "cryptographic" },
  "signing-key": { type: "encryption-key", secretClass: "cryptographic" },
  "idp-signing-key": { type: "encryption-key", secretClass: "cryptographic" },
  "jwt-secret": { type: "encryption-key", secretClass: "cryptographic" },
  "session-secret": { type: "encryption-key", secretClass: "cryptographic" },
  "tls-private-key": { type: "encryption-key", secretClass: "cryptographic" },
  "workload-certificate": { type: "machine-identity", secretClass: "infrastructure" },
  "workload-token": { type: "machine-identity", secretClass: "infrastructure" },
  "admin-token": { type: "human-access-token", secretClass: "infrastructure" },
  "break-glass-credential": { type: "human-access-token", secretClass: "infrastructure" },
} as const satisfies Record<SecretCategory, CategoryFacts>;

/** Whether a category stands under this type: a secret is registered only where it does. */
export function belongsTo(category: SecretCategory, type: SecretType): boolean {
  return CATEGORIES[category].type === type;
}

export function secretClassOf(category: SecretCategory): SecretClass {
  return CATEGORIES[category].secretClass;
}

/** The scope and the owner that the standard foresees for a type [TYPE-1]; words for people. */
export const TYPE_FACTS = {
  "api-key": {
    scope: "one service in one environment; one tenant where it is theirs",
    owner: "the service team, or the tenant's admin for their own integrations",
    storage: "envelope-encrypted under the tenant's key",
    rotation: "every 90 days, or as the vendor requires",
    rotateOnPersonnelChange: false,
    rotateAfterEachUse: false,
  },
  "database-credential": {
    scope: "one service in one environment",
    owner: "the database team; the service team for its application user",
    storage:
      "short-lived and issued by a broker where the database allows it, else envelope-encrypted",
    rotation: "every 30 days, and at once on personnel change",
    rotateOnPersonnelChange: true,
    rotateAfterEachUse: false,
  },
  "encryption-key": {
    scope: "one tenant for customer data; one service for shared control-plane data",
    owner: "the security team for key-encryption keys, the service team for data keys",
    storage: "in the HSM, or envelope-encrypted under a key that is",
    rotation: "key-encryption keys yearly; data keys every 90 days or on a key event",
    rotateOnPersonnelChange: false,
    rotateAfterEachUse: false,
  },
  "machine-identity": {
    scope: "one workload in one environment",
    owner: "the platform identity team",
    storage: "issued for at most 24 hours, not kept",
    rotation: "lives 24 hours at most, and is renewed on each deployment",
    rotateOnPersonnelChange: false,
    rotateAfterEachUse: false,
  },
  "human-access-token": {
    scope: "one role in one environment",
    owner: "security and compliance",
    storage: "envelope-encrypted, opened with a hardware key only",
    rotation: "after each use; expires within 8 hours",
    rotateOnPersonnelChange: true,
    rotateAfterEachUse: true,
  },
} as const satisfies Record<
  SecretType,
  {
    readonly scope: string;
    readonly owner: string;
    readonly storage: string;
    readonly rotation: string;
    readonly rotateOnPersonnelChange: boolean;
    readonly rotateAfterEachUse: boolean;
  }
>;
