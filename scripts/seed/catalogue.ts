import type { ActOf } from "@countersign/protocol/acts";
import { CATEGORIES } from "@countersign/protocol/categories";
import { secretName, serviceOf } from "@countersign/protocol/names";
import type { SecretCategory } from "@countersign/protocol/taxonomy";

/** Name, category, data classification, tier, rotation period in days. Null: nobody has filled it in. */
type Line = readonly [
  name: string,
  category: SecretCategory,
  classification: string | null,
  tier: string | null,
  days: number | null,
];

export const PAYMENTS = [
  ["payments/prod/postgres/app-password", "database-user", "pii", "high", 30],
  ["payments/prod/postgres/migration-password", "database-user", "pii", "critical", 30],
  ["payments/prod/card-vault/data-key", "data-encryption-key", "pii", "critical", 90],
  ["payments/prod/acquirer/webhook-secret", "webhook-secret", "confidential", "high", 60],
  ["payments/prod/redis/session-password", "cache-credential", "confidential", "high", 30],
  ["payments/prod/api/service-token", "service-token", "confidential", "high", 90],
  ["payments/prod/sepa/client-secret", "oauth-client-secret", "confidential", "high", 21],
  ["payments/prod/break-glass/console", "break-glass-credential", "pii", "critical", 1],
  ["payments/staging/postgres/app-password", "database-user", "internal", "medium", 30],
  ["payments/staging/acquirer/webhook-secret", "webhook-secret", "internal", "medium", 60],
  ["payments/test/postgres/app-password", "database-user", "internal", "low", 14],
  ["payments/dev/postgres/app-password", "database-user", "internal", "low", 30],
  ["payments/dev/api/service-token", "service-token", "internal", "low", 90],
] as const satisfies readonly Line[];

export const BILLING = [
  ["billing/prod/postgres/app-password", "database-user", "pii", "high", 30],
  ["billing/prod/postgres/report-password", "database-user", "pii", "high", 28],
  ["billing/prod/invoices/signing-secret", "jwt-secret", "confidential", "high", 60],
  ["billing/prod/tax/client-secret", "oauth-client-secret", "confidential", "medium", 90],
  ["billing/prod/exports/backup-key", "backup-key", "pii", "critical", 90],
  ["billing/prod/smtp/service-account", "service-account-credential", "internal", "medium", 45],
  ["billing/staging/postgres/app-password", "database-user", "internal", "medium", 30],
  ["billing/dev/postgres/app-password", "database-user", "internal", "low", 30],
  ["billing/dev/tax/client-secret", "oauth-client-secret", "internal", "low", 90],
] as const satisfies readonly Line[];

export const IDENTITY = [
  ["identity/prod/tokens/jwt-secret", "jwt-secret", "pii", "critical", 90],
  ["identity/prod/sessions/session-secret", "session-secret", "pii", "critical", 30],
  ["identity/prod/postgres/app-password", "database-user", "pii", "critical", 30],
  ["identity/prod/scim/service-token", "service-token", "pii", "high", 90],
  ["identity/prod/sso/client-secret", "idp-client-secret", "confidential", "high", 90],
  [
    "identity/prod/federation/partner-secret",
    "idp-federation-credential",
    "confidential",
    "high",
    40,
  ],
  ["identity/prod/vpn/gateway-password", "vpn-credential", "confidential", "high", 60],
  ["identity/staging/tokens/jwt-secret", "jwt-secret", "internal", "medium", 90],
  ["identity/staging/postgres/app-password", "database-user", "internal", "medium", 30],
  ["identity/dev/tokens/jwt-secret", "jwt-secret", "internal", "low", 90],
] as const satisfies readonly Line[];

export const LEDGER_EXPORT = [
  ["ledger-export/prod/warehouse/password", "database-user", "pii", "high", 30],
  ["ledger-export/prod/bucket/service-account", "service-account-credential", "pii", "high", 60],
  ["ledger-export/prod/archive/transport-key", "transport-key", "confidential", "critical", 90],
  [
    "ledger-export/prod/auditors/integration-secret",
    "configuration-secret",
    "confidential",
    "medium",
    90,
  ],
  ["ledger-export/staging/warehouse/password", "database-user", "internal", "medium", 30],
  ["ledger-export/dev/warehouse/password", "database-user", "internal", "low", 21],
] as const satisfies readonly Line[];

export const NOTIFICATIONS = [
  ["notifications/prod/mail/service-token", "service-token", "pii", "high", 90],
  ["notifications/prod/push/client-secret", "oauth-client-secret", "confidential", "medium", 90],
  ["notifications/prod/templates/config-secret", "configuration-secret", "internal", "low", 90],
  ["notifications/prod/queue/password", "cache-credential", "confidential", "medium", 30],
  ["notifications/prod/chat/webhook-secret", "webhook-secret", "internal", "medium", 45],
  ["notifications/staging/mail/service-token", "service-token", "internal", "medium", 90],
  ["notifications/dev/mail/service-token", "service-token", "internal", "low", 90],
] as const satisfies readonly Line[];

export const SEARCH = [
  ["search/prod/cluster/admin-password", "system-credential", "confidential", "high", 45],
  ["search/prod/cluster/reader-token", "internal-api-key", "internal", "medium", 90],
  ["search/prod/index/data-key", "data-encryption-key", "confidential", "high", 90],
  ["search/prod/crawler/service-token", "service-token", "internal", "low", 90],
  ["search/staging/cluster/admin-password", "system-credential", "internal", "medium", 90],
  ["search/dev/cluster/admin-password", "system-credential", "internal", "low", 90],
] as const satisfies readonly Line[];

/** Brought over from where they were kept before: what nobody knew any more is missing. */
export const BROUGHT_OVER = {
  payments: [
    ["payments/prod/legacy-gateway/password", "system-credential", null, null, null],
    ["payments/prod/fraud/model-token", "internal-api-key", "pii", null, 90],
  ],
  billing: [["billing/prod/old-crm/sync-secret", "configuration-secret", null, "medium", 90]],
  identity: [["identity/prod/ldap/bind-password", "system-credential", "secret", "high", 180]],
  search: [["search/prod/legacy-solr/password", "system-credential", "internal", "tier-1", null]],
} as const satisfies Record<string, readonly Line[]>;

/** Issued elsewhere: registered, and no value was ever put. */
export const AWAITED = [
  ["payments/prod/stripe/api-key", "external-api-key", "confidential", "critical", 90],
  ["search/prod/ranking/provider-key", "ai-provider-key", "internal", "medium", 90],
  ["identity/prod/edge/tls-key", "tls-private-key", "confidential", "high", 30],
] as const satisfies readonly Line[];

export const WAREHOUSE = [
  ["warehouse/prod/scanners/service-token", "service-token", "internal", "medium", 90],
  ["warehouse/prod/postgres/app-password", "database-user", "confidential", "high", 30],
  ["warehouse/dev/postgres/app-password", "database-user", "internal", "low", 30],
] as const satisfies readonly Line[];

/** With a value that the key service generates, or with none. */
export function registrations(
  lines: readonly Line[],
  value: "generated" | "none" = "generated",
): ActOf<"register-secret">[] {
  return lines.map(([text, category, dataClassification, tier, rotationPeriodDays]) => {
    const name = secretName.parse(text);
    const service = serviceOf(name);
    const owner = tier === null ? null : `${service}-team`;
    return {
      act: "register-secret",
      name,
      category,
      type: CATEGORIES[category].type,
      policy: { owner, service, dataClassification, tier, rotationPeriodDays },
      value: value === "none" ? null : { source: "generated", length: null },
      bindings: [],
    };
  });
}
