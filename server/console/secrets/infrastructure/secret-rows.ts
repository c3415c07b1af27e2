import { secretId } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import { type DescribedSecret, metadataGaps } from "@countersign/protocol/metadata-gate";
import { environment, secretName } from "@countersign/protocol/names";
import { SECRET_CATEGORIES, SECRET_TYPES } from "@countersign/protocol/taxonomy";
import * as z from "zod";
import { Prisma } from "../../../../generated/prisma/client.ts";
import type { TenantReads } from "../../../db/console-database.ts";
import type { Reach } from "../../authorise/reach.ts";
import { instantOf, instantOrNull } from "../../names/names.ts";
import { fromCursor, page } from "../../shapes/keyset.ts";
import { type SECRET_SORTS, type SecretRow, secretState } from "../contract.ts";
import { facts, matching, type SecretFilters } from "./secret-facts.ts";

const raw = z.object({
  secret: secretId,
  name: secretName,
  environment,
  type: z.enum(SECRET_TYPES),
  category: z.enum(SECRET_CATEGORIES),
  owner: z.string().nullable(),
  service: z.string().nullable(),
  data_classification: z.string().nullable(),
  tier: z.string().nullable(),
  rotation_period_days: z.number().nullable(),
  current_version: z.number().nullable(),
  value_added_at: z.date().nullable(),
  value_ends_at: z.date().nullable(),
  registered_at: z.date(),
  last_read_at: z.date().nullable(),
  state: secretState,
  sort_key: z.string(),
});
const cursorKey = z.tuple([z.string().max(300), z.string().max(64)]);

type Sort = (typeof SECRET_SORTS)[number];
type SortSql = { readonly key: Prisma.Sql; readonly type: Prisma.Sql; readonly falling: boolean };
const SORTS = {
  name: { key: Prisma.sql`name`, type: Prisma.sql`text`, falling: false },
  "ends-first": {
    key: Prisma.sql`coalesce(value_ends_at, 'infinity')`,
    type: Prisma.sql`timestamptz`,
    falling: false,
  },
  "newest-first": {
    key: Prisma.sql`registered_at`,
    type: Prisma.sql`timestamptz`,
    falling: true,
  },
} as const satisfies Record<Sort, SortSql>;

export type SecretPage = {
  readonly sort: Sort;
  readonly cursor: string | null;
  readonly limit: number;
};

/** One page of secrets within reach, each with how it stands at `now` and when it was last read. */
export async function readSecrets(
  tx: Pick<TenantReads, "$queryRaw">,
  filters: SecretFilters,
  { sort, cursor, limit }: SecretPage,
  { reach, now }: { readonly reach: Reach; readonly now: Instant },
): Promise<{ rows: SecretRow[]; next: string | null }> {
  const { key, type, falling } = SORTS[sort];
  const direction = falling ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const beyond = falling ? Prisma.sql`<` : Prisma.sql`>`;
  const [at, id] = cursor === null ? ["", ""] : fromCursor(cursor, cursorKey);
  const after =
    cursor === null
      ? Prisma.sql`TRUE`
      : Prisma.sql`(${key}, secret) ${beyond} (CAST(${at} AS ${type}), ${id})`;
  const found = await tx.$queryRaw<unknown[]>(Prisma.sql`
    WITH ${facts(now)}, shown AS (
      SELECT fact.*, CAST(${key} AS text) AS sort_key FROM fact
      WHERE ${matching(filters, reach)} AND ${after}
      ORDER BY ${key} ${direction}, secret ${direction} LIMIT ${limit + 1}
    )
    SELECT secret, name, environment, type, category, owner, service, data_classification, tier,
      rotation_period_days, current_version, value_added_at, value_ends_at, registered_at, state, sort_key,
      (SELECT max(r.intended_at) FROM projection.release r
        WHERE r.tenant = shown.tenant AND r.secret = shown.secret) AS last_read_at
    FROM shown ORDER BY ${key} ${direction}, secret ${direction}`);
  const rows = z.array(raw).parse(found);
  const { rows: shown, next } = page(rows, limit, (row) => [row.sort_key, row.secret]);
  return { rows: shown.map(toRow), next };
}

function toRow(row: z.infer<typeof raw>): SecretRow {
  const { secret, name, type, category, owner, service, tier } = row;
  const policy = {
    owner,
    service,
    tier,
    dataClassification: row.data_classification,
    rotationPeriodDays: row.rotation_period_days,
  };
  const addedAt = instantOrNull(row.value_added_at);
  const described: DescribedSecret = {
    name,
    type,
    category,
    policy,
    current: addedAt === null ? null : { addedAt },
  };
  return {
    secret,
    name,
    environment: row.environment,
    type,
    category,
    ...policy,
    state: row.state,
    version: row.current_version,
    valueAddedAt: addedAt,
    valueEndsAt: instantOrNull(row.value_ends_at),
    gaps: metadataGaps(described).map(({ field, message }) => ({ field, message })),
    registeredAt: instantOf(row.registered_at),
    lastReadAt: instantOrNull(row.last_read_at),
  };
}
