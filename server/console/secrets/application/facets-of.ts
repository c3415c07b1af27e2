import type { Instant } from "@countersign/protocol/instants";
import type { TenantId } from "@countersign/protocol/names";
import type { Reach } from "../../authorise/reach.ts";
import type { ConsoleParts } from "../../trpc/context.ts";
import { readFacets, type SecretFacets } from "../infrastructure/secret-facets.ts";
import type { SecretFilters } from "../infrastructure/secret-facts.ts";

/** How many secrets there are of what, within reach; in a large tenant as of a moment ago. */
export function facetsOf(
  { database, costly }: Pick<ConsoleParts, "database" | "costly">,
  tenant: TenantId,
  filters: SecretFilters,
  within: { readonly reach: Reach; readonly now: Instant },
): Promise<SecretFacets> {
  return costly.facets.ask([tenant, within.reach, filters], () =>
    database.withTenant(tenant, (tx) => readFacets(tx, filters, within)),
  );
}
