import { type TenantId, tenantId } from "@countersign/protocol/names";
import type { KeyLabel } from "./key-provider.ts";

/** Keys of the service as a whole, all of them for signing. */
export const SERVICE_PURPOSES = ["log", "release", "snapshot"] as const;
export type ServicePurpose = (typeof SERVICE_PURPOSES)[number];

/** What a key is for. A label names its purpose, so that one key has one. */
export type ParsedKeyLabel =
  | { readonly purpose: "tenant-kek"; readonly tenant: TenantId; readonly version: number }
  | { readonly purpose: ServicePurpose; readonly version: number };

const LABEL = /^[a-z0-9][a-z0-9./-]{0,79}$/;
const VERSION = "v([1-9][0-9]{0,5})";
const TENANT_KEK = new RegExp(`^kek/([^/]{1,64})/${VERSION}$`);
const SERVICE_KEY = new RegExp(`^(log|release|snapshot)/${VERSION}$`);

/**
 * The purpose, tenant and version that a label names, or `null` where it follows no grammar:
 * `kek/<tenant>/v<n>`, `log/v<n>`, `release/v<n>`, `snapshot/v<n>`; `n` from 1, without zeros in front.
 * A tenant's name holds no slash, so that none can name another's key.
 */
export function parseKeyLabel(label: string): ParsedKeyLabel | null {
  const kek = TENANT_KEK.exec(label);
  if (kek !== null) {
    const tenant = tenantId.safeParse(kek[1]);
    return tenant.success
      ? { purpose: "tenant-kek", tenant: tenant.data, version: Number(kek[2]) }
      : null;
  }
  const service = SERVICE_KEY.exec(label);
  const purpose = SERVICE_PURPOSES.find((candidate) => candidate === service?.[1]);
  return purpose === undefined ? null : { purpose, version: Number(service?.[2]) };
}

/** A label of any purpose: 1..80 of `[a-z0-9./-]`. @throws RangeError for anything else. */
export function keyLabel(text: string): KeyLabel {
  if (!LABEL.test(text)) {
    throw new RangeError(
      `a key label is 1..80 characters of a-z 0-9 . / - (got ${JSON.stringify(text.slice(0, 80))})`,
    );
  }
  // proven by the expression above; the brand has no other door
  return text as KeyLabel;
}

/** `kek/<tenant>/v<n>`. @throws RangeError where tenant or version do not fit the grammar. */
export function tenantKekLabel(tenant: string, version: number): KeyLabel {
  const text = `kek/${tenant}/v${version}`;
  if (parseKeyLabel(text)?.purpose !== "tenant-kek") {
    throw new RangeError(`no key label can name tenant ${JSON.stringify(tenant)} v${version}`);
  }
  return keyLabel(text);
}

/** The label of a key that belongs to the service as a whole. */
export function serviceKeyLabel(purpose: ServicePurpose, version: number): KeyLabel {
  const label = keyLabel(`${purpose}/v${version}`);
  if (parseKeyLabel(label) === null) throw new RangeError(`not a key version: ${version}`);
  return label;
}
