/**
 * The words for what a secret is. Arrays and their unions only: no rule lives here, so that
 * statements of every version can name them. Members are only ever added; an old statement must
 * render for ever. Which category belongs to which type stands in `categories.ts`, what each asks for
 * in `rotation-ceiling.ts` and `metadata-gaps.ts`.
 */

/** The five canonical types of the Secrets & Key Management Standard. */
export const SECRET_TYPES = [
  "api-key",
  "database-credential",
  "encryption-key",
  "machine-identity",
  "human-access-token",
] as const;
export type SecretType = (typeof SECRET_TYPES)[number];

/** What a secret is used for; finer than its type. A category belongs to exactly one type. */
export const SECRET_CATEGORIES = [
  // api-key: a bearer credential that another system checks
  "external-api-key",
  "internal-api-key",
  "service-token",
  "integration-credential",
  "ai-provider-key",
  "webhook-secret",
  "oauth-client-secret",
  "idp-client-secret",
  "idp-federation-credential",
  "refresh-token",
  "service-account-credential",
  "system-credential",
  "vpn-credential",
  "configuration-secret",
  // database-credential
  "database-user",
  "cache-credential",
  // encryption-key: key material
  "data-encryption-key",
  "key-encryption-key",
  "transport-key",
  "backup-key",
  "signing-key",
  "idp-signing-key",
  "jwt-secret",
  "session-secret",
  "tls-private-key",
  // machine-identity
  "workload-certificate",
  "workload-token",
  // human-access-token
  "admin-token",
  "break-glass-credential",
] as const;
export type SecretCategory = (typeof SECRET_CATEGORIES)[number];

/** Kinds that are kept apart and administered apart. */
export const SECRET_CLASSES = ["application", "infrastructure", "cryptographic"] as const;
export type SecretClass = (typeof SECRET_CLASSES)[number];

/** From least to most protected. Anything else counts as `pii`. */
export const DATA_CLASSIFICATIONS = ["public", "internal", "confidential", "pii"] as const;
export type DataClassification = (typeof DATA_CLASSIFICATIONS)[number];

/** Criticality, from most to least. */
export const TIERS = ["critical", "high", "medium", "low"] as const;
export type Tier = (typeof TIERS)[number];

export const ENVIRONMENTS = ["dev", "test", "staging", "prod"] as const;
export type Environment = (typeof ENVIRONMENTS)[number];
