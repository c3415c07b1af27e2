import type { TenantId } from "@countersign/protocol/names";
import { parseKeyLabel, tenantKekLabel } from "../domain/key-label.ts";
import { type KeyLabel, type KeyProvider, KeyProviderFault } from "../domain/key-provider.ts";

/** The version that new values are sealed under. */
const CURRENT_VERSION = 1;

/** The key under which a tenant's new values are sealed. */
export function currentTenantKek(tenant: TenantId): KeyLabel {
  return tenantKekLabel(tenant, CURRENT_VERSION);
}

/**
 * Makes the key of a new tenant, and returns its label [TENANT-1]. Only where the tenant itself is made: a
 * tenant that the ledger knows has its key, and a token without it is the wrong one. Safe to repeat and to
 * race: of several callers one makes it.
 * @throws KeyProviderFault
 */
export async function ensureTenantKek(keys: KeyProvider, tenant: TenantId): Promise<KeyLabel> {
  const label = currentTenantKek(tenant);
  if (await keys.has(label)) return label;
  try {
    await keys.generateEncryptionKey(label);
  } catch (fault) {
    if (!(fault instanceof KeyProviderFault) || fault.reason !== "label-taken") throw fault;
    if (!(await keys.has(label))) throw fault;
  }
  return label;
}

/** All versions of the tenant's key that are on the token, oldest first. */
export async function tenantKeks(keys: KeyProvider, tenant: TenantId): Promise<KeyLabel[]> {
  const versions = new Set<number>();
  for (const { label } of await keys.inventory()) {
    const parsed = parseKeyLabel(label);
    if (parsed?.purpose === "tenant-kek" && parsed.tenant === tenant) versions.add(parsed.version);
  }
  return [...versions].sort((a, b) => a - b).map((version) => tenantKekLabel(tenant, version));
}

/**
 * Destroys every version of the tenant's key: none of its values opens again, from any copy of the
 * database. `forget` must drop the tenant's unwrapped data keys; it runs before and after, so that one
 * unwrapped meanwhile does not survive.
 *
 * Only as final as the retention of the HSM's own backups. May stop half-way: repeat until it returns.
 * @returns how many keys were destroyed. @throws KeyProviderFault
 */
export async function destroyTenantKeks(
  keys: KeyProvider,
  tenant: TenantId,
  forget: (tenant: TenantId) => void,
): Promise<number> {
  forget(tenant);
  const labels = await tenantKeks(keys, tenant);
  try {
    for (const label of labels) await keys.destroy(label);
  } finally {
    forget(tenant);
  }
  return labels.length;
}
