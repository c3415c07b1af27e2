import type { TenantId } from "@countersign/protocol/names";
import type { GenesisDeclared } from "../../decisions/domain/event.ts";
import type { RecordedKeys } from "../../keys/application/prove-service-keys.ts";
import type { RecordedKek } from "../../keys/application/prove-tenant-keks.ts";
import { currentTenantKek } from "../../keys/application/tenant-keys.ts";
import { keyLabel } from "../../keys/domain/key-label.ts";
import { LOG_KEY, RELEASE_KEY } from "../../open-keys.ts";

/** The keys that the token must hold, as the first entry names them. */
export function recordedKeys(genesis: GenesisDeclared): RecordedKeys {
  return {
    signing: [
      { label: LOG_KEY, signs: "the ledger", publicKey: genesis.logKey },
      { label: RELEASE_KEY, signs: "releases", publicKey: genesis.releaseKey },
    ],
    keks: genesis.tenants.map((tenant) => recordedKek(genesis, tenant)),
  };
}

/** The key under which new values of a tenant are sealed. */
export function recordedKek(genesis: GenesisDeclared, tenant: TenantId): RecordedKek {
  const recorded = genesis.tenantKeks?.find((it) => it.tenant === tenant);
  return recorded === undefined
    ? { tenant, label: currentTenantKek(tenant), proof: null }
    : { tenant, label: keyLabel(recorded.label), proof: recorded.proof };
}
