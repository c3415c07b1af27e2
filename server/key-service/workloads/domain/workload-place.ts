import {
  environment,
  type SpiffeId,
  serviceName,
  type TenantId,
  tenantId,
} from "@countersign/protocol/names";
import type { Environment } from "@countersign/protocol/taxonomy";

/** Where a workload runs, as its identity says: who issued it vouches for each part. */
export type WorkloadPlace = {
  readonly trustDomain: string;
  readonly tenant: TenantId;
  readonly environment: Environment;
  readonly service: string;
};

/**
 * Reads `spiffe://<trust domain>/<tenant>/<environment>/<service>[/<anything>]`. Null for any other
 * path: an identity whose place cannot be read fetches nothing.
 */
export function placeOf(workload: SpiffeId): WorkloadPlace | null {
  const [trustDomain = "", ...path] = workload.slice("spiffe://".length).split("/");
  const tenant = tenantId.safeParse(path[0]);
  const where = environment.safeParse(path[1]);
  const service = serviceName.safeParse(path[2]);
  if (!tenant.success || !where.success || !service.success) return null;
  return { trustDomain, tenant: tenant.data, environment: where.data, service: service.data };
}
