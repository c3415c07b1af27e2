import type { TenantId } from "@countersign/protocol/names";
import { Prisma } from "../../generated/prisma/client.ts";

/**
 * The condition of every raw query on a table with tenants: rows of the tenant for which `withTenant` opened the
 * transaction. Row-level security says the same once more; neither leans on the other [TENANT-1]. The inner SELECT is
 * answered once for a query; without it the setting would be read for every row.
 */
export const OWN_TENANT = Prisma.sql`tenant = (SELECT current_setting('app.tenant', true))`;

/** The one table of projections that belongs to no tenant: how far they have been read. */
const OF_NO_TENANT: readonly string[] = ["Cursor"];

/**
 * Makes every query of a model ask for rows of this tenant alone, whatever else it asks for: a query that forgets
 * the tenant shows none of another's, and one that names another finds nothing.
 */
export function ofTenant(tenant: TenantId) {
  return Prisma.defineExtension({
    query: {
      $allModels: {
        $allOperations({ model, operation, args, query }) {
          if (OF_NO_TENANT.includes(model) || operation.startsWith("create")) return query(args);
          const { where = {} } = args as { readonly where?: { readonly AND?: unknown } }; // all others have one
          const and = [where.AND ?? []].flat();
          return query({ ...args, where: { ...where, AND: [...and, { tenant }] } } as typeof args);
        },
      },
    },
  });
}
