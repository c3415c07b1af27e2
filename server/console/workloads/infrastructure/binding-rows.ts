import { bindingId, secretId } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import { environment, secretName, serviceOf } from "@countersign/protocol/names";
import * as z from "zod";
import { Prisma } from "../../../../generated/prisma/client.ts";
import type { TenantReads } from "../../../db/console-database.ts";
import { OWN_TENANT } from "../../../db/own-tenant.ts";
import type { Reach } from "../../authorise/reach.ts";
import { dateOf, instantOf } from "../../names/names.ts";
import { fromCursor, page } from "../../shapes/keyset.ts";
import { BINDING_STATES, type BindingRow, PROOFS, type workloadsContract } from "../contract.ts";

export type BindingFilters = z.infer<typeof workloadsContract.facets.input>;
type Within = { readonly reach: Reach; readonly now: Instant };
const ENDING_DAYS = 14;

const raw = z.object({
  binding: bindingId,
  workload: z.string(),
  secret: secretId,
  name: secretName,
  environment,
  proof: z.enum(PROOFS),
  state: z.enum(BINDING_STATES),
  bound_at: z.date(),
  expires_at: z.date(),
  entry: z.bigint(),
  sort_key: z.string(),
});
const cursorKey = z.tuple([z.string().max(60), z.string().max(64)]);

/** A common table `fact`: every binding with its secret's name and how it stands at `now`. */
function facts(now: Instant): Prisma.Sql {
  const at = dateOf(now);
  return Prisma.sql`fact AS (
    SELECT b.*, s.name, s.environment, CASE
      WHEN b.status = 'revoked' OR s.status = 'revoked' THEN 'revoked'
      WHEN b.expires_at <= ${at} THEN 'ended'
      WHEN b.expires_at <= ${at}::timestamptz + ${ENDING_DAYS} * interval '1 day' THEN 'ending'
      ELSE 'active' END AS state
    FROM (SELECT * FROM projection.binding WHERE ${OWN_TENANT}) b
    JOIN projection.secret s ON s.tenant = b.tenant AND s.secret = b.secret)`;
}

const YES = Prisma.sql`TRUE`;
const among = (column: Prisma.Sql, values: readonly string[] | undefined) =>
  values === undefined || values.length === 0 ? YES : Prisma.sql`${column} = ANY(${[...values]})`;

function matching(filters: BindingFilters, reach: Reach): Prisma.Sql {
  const q = filters.q?.trim();
  const conditions = [
    reach.all ? YES : among(Prisma.sql`split_part(name, '/', 1)`, [...reach.services, ""]),
    q
      ? Prisma.sql`(position(${q} in workload) > 0 OR position(${q.toLowerCase()} in name) > 0)`
      : YES,
    among(Prisma.sql`state`, filters.state),
    among(Prisma.sql`environment`, filters.environment),
    among(Prisma.sql`proof`, filters.proof),
  ];
  return Prisma.join(conditions, " AND ");
}

/** Bindings within reach, those that end first first. */
export async function readBindings(
  tx: Pick<TenantReads, "$queryRaw">,
  filters: BindingFilters,
  { cursor, limit }: { readonly cursor: string | null; readonly limit: number },
  { reach, now }: Within,
): Promise<{ rows: BindingRow[]; next: string | null }> {
  const [at, id] = cursor === null ? ["", ""] : fromCursor(cursor, cursorKey);
  const after =
    cursor === null ? YES : Prisma.sql`(expires_at, binding) > (CAST(${at} AS timestamptz), ${id})`;
  const found = await tx.$queryRaw<unknown[]>(Prisma.sql`
    WITH ${facts(now)} SELECT *, CAST(expires_at AS text) AS sort_key FROM fact
    WHERE ${matching(filters, reach)} AND ${after} ORDER BY expires_at, binding LIMIT ${limit + 1}`);
  const { rows, next } = page(z.array(raw).parse(found), limit, (it) => [it.sort_key, it.binding]);
  return {
    rows: rows.map(({ bound_at, expires_at, entry, sort_key: _, ...it }) => ({
      ...it,
      service: serviceOf(it.name),
      boundAt: instantOf(bound_at),
      expiresAt: instantOf(expires_at),
      entry: Number(entry),
    })),
    next,
  };
}

const DIMENSIONS = {
  state: Prisma.sql`state`,
  environment: Prisma.sql`environment`,
  proof: Prisma.sql`proof`,
} as const;

/** Counts for the chips: under each filter's own chips, what the others leave. */
export async function countBindings(
  tx: Pick<TenantReads, "$queryRaw">,
  filters: BindingFilters,
  { reach, now }: Within,
) {
  const count = async (by: keyof typeof DIMENSIONS | null) => {
    const kept = by === null ? filters : { ...filters, [by]: [] };
    const value = by === null ? Prisma.sql`'all'` : DIMENSIONS[by];
    const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
      WITH ${facts(now)} SELECT ${value} AS value, count(*)::int AS count FROM fact
      WHERE ${matching(kept, reach)} GROUP BY 1 ORDER BY 2 DESC, 1`);
    return z.array(z.object({ value: z.string(), count: z.number() })).parse(rows);
  };
  const [all] = await count(null);
  return {
    total: all?.count ?? 0,
    state: await count("state"),
    environment: await count("environment"),
    proof: await count("proof"),
  };
}
