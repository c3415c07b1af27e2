import { CATEGORIES } from "./categories.ts";
import { type SecretCategory, type SecretType, TIERS, type Tier } from "./taxonomy.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;

/** Rotation target of each canonical type, in seconds [TYPE-1]. */
export const TYPE_CEILING_SECONDS = {
  "api-key": 90 * DAY,
  "database-credential": 30 * DAY,
  // of data keys; a key-encryption key has 365 days, by category
  "encryption-key": 90 * DAY,
  "machine-identity": 24 * HOUR,
  "human-access-token": 8 * HOUR,
} as const satisfies Record<SecretType, number>;

/**
 * Ceiling by kind, in seconds [CLASS-2]: 90 days for encryption, signing, database, VPN; 180 for API,
 * service, OAuth, JWT; 365 for configuration; server certificates 30 days [KEY-7].
 */
export const CATEGORY_CEILING_SECONDS = {
  "external-api-key": 180 * DAY,
  "internal-api-key": 180 * DAY,
  "service-token": 180 * DAY,
  "integration-credential": 180 * DAY,
  "ai-provider-key": 180 * DAY,
  "webhook-secret": 180 * DAY,
  "oauth-client-secret": 180 * DAY,
  "idp-client-secret": 180 * DAY,
  "idp-federation-credential": 180 * DAY,
  "refresh-token": 180 * DAY,
  "configuration-secret": 365 * DAY,
  "service-account-credential": 180 * DAY,
  "system-credential": 180 * DAY,
  "vpn-credential": 90 * DAY,
  "database-user": 90 * DAY,
  "cache-credential": 90 * DAY,
  "data-encryption-key": 90 * DAY,
  "key-encryption-key": 365 * DAY,
  "transport-key": 90 * DAY,
  "backup-key": 90 * DAY,
  "signing-key": 90 * DAY,
  "idp-signing-key": 90 * DAY,
  "jwt-secret": 180 * DAY,
  "session-secret": 90 * DAY,
  "tls-private-key": 30 * DAY,
  "workload-certificate": 24 * HOUR,
  "workload-token": 24 * HOUR,
  "admin-token": 8 * HOUR,
  "break-glass-credential": 8 * HOUR,
} as const satisfies Record<SecretCategory, number>;

/** Rotation by criticality, in seconds; null where the tier asks for none [CLASS-1]. */
export const TIER_CEILING_SECONDS = {
  critical: 90 * DAY,
  high: 180 * DAY,
  medium: 365 * DAY,
  low: null,
} as const satisfies Record<Tier, number | null>;

/**
 * The one exception to "the strictest wins": the type's 90 days are the target of *data* keys. The same
 * line of the standard gives key-encryption keys a year [TYPE-1, KEY-3].
 */
const EXEMPT_FROM_TYPE: readonly SecretCategory[] = ["key-encryption-key"];

export type RatedSecret = {
  readonly type: SecretType;
  readonly category: SecretCategory;
  readonly policy: { readonly tier: string | null };
};

/**
 * The longest rotation period that a secret may have, in seconds: the strictest of type, category and
 * tier. A tier that is missing or unknown counts as critical; a category that is claimed under another
 * type than its own cannot loosen anything, since both types then count.
 */
export function rotationCeilingSeconds({ type, category, policy }: RatedSecret): number {
  const tier = TIERS.find((known) => known === policy.tier) ?? "critical";
  const types = new Set<SecretType>([type, CATEGORIES[category].type]);
  const byType = EXEMPT_FROM_TYPE.includes(category) && types.size === 1 ? [] : [...types];
  return Math.min(
    ...byType.map((each) => TYPE_CEILING_SECONDS[each]),
    CATEGORY_CEILING_SECONDS[category],
    TIER_CEILING_SECONDS[tier] ?? Number.POSITIVE_INFINITY,
  );
}

/**
 * The same in whole days, at least 1, since metadata states days. Where the ceiling is hours, the
 * value's own life is shorter still: see `rotationCeilingSeconds`.
 */
export function rotationCeilingDays(secret: RatedSecret): number {
  return Math.max(1, Math.floor(rotationCeilingSeconds(secret) / DAY));
}
