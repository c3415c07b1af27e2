import { CATEGORIES } from "@countersign/protocol/categories";
import { type Instant, toMilliseconds } from "@countersign/protocol/instants";
import { rotationCeilingSeconds } from "@countersign/protocol/rotation-ceiling";
import { DATA_CLASSIFICATIONS, SECRET_CATEGORIES, TIERS } from "@countersign/protocol/taxonomy";
import type * as z from "zod";
import { Prisma } from "../../../../generated/prisma/client.ts";
import { OWN_TENANT } from "../../../db/own-tenant.ts";
import type { Reach } from "../../authorise/reach.ts";
import type { METADATA_FIELDS, secretFilters } from "../contract.ts";

/*
 * What a list of secrets is filtered and counted by, computed by the database, so that it takes as long for a
 * hundred secrets as for a hundred thousand. The ceilings come from the protocol's table; a specification
 * holds these conditions against the protocol's metadata gate, row by row.
 */
const CEILINGS = SECRET_CATEGORIES.flatMap((category) =>
  TIERS.map((tier) => {
    const { type } = CATEGORIES[category];
    return {
      category,
      tier,
      seconds: rotationCeilingSeconds({ type, category, policy: { tier } }),
    };
  }),
);
/** As three lists: a parameter for each cell would take longer to read than the rest of a query. */
const CEILING_TABLE = Prisma.sql`unnest(${CEILINGS.map((it) => it.category)}::text[],
  ${CEILINGS.map((it) => it.tier)}::text[], ${CEILINGS.map((it) => it.seconds)}::int[])`;

export const DUE_DAYS = 14;
const NAME = "^[a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?$";
const TIER_LIST = Prisma.join([...TIERS]);

/** A gap of each field that may be missing or malformed [META-1]. */
const GAPS: Readonly<Record<(typeof METADATA_FIELDS)[number], Prisma.Sql>> = {
  owner: Prisma.sql`(owner IS NULL OR owner !~ ${NAME} OR position('..' in owner) > 0)`,
  service: Prisma.sql`(service IS NULL OR service <> split_part(name, '/', 1))`,
  "data-classification": Prisma.sql`(data_classification IS NULL OR data_classification NOT IN (${Prisma.join([...DATA_CLASSIFICATIONS])}))`,
  tier: Prisma.sql`(tier IS NULL OR tier NOT IN (${TIER_LIST}))`,
  "rotation-period": Prisma.sql`(rotation_period_days IS NULL OR rotation_period_days < 1 OR rotation_period_days > greatest(1, ceiling_seconds / 86400))`,
  "last-rotated": Prisma.sql`(value_added_at IS NULL)`,
};
export const GAP_FIELDS = Object.entries(GAPS);

/** A common table `fact`: every secret with when its value ends and how it stands at `now`. */
export function facts(now: Instant): Prisma.Sql {
  const at = new Date(toMilliseconds(now));
  const incomplete = Prisma.join(Object.values(GAPS), " OR ");
  return Prisma.sql`
    ceiling(of_category, of_tier, ceiling_seconds) AS (SELECT * FROM ${CEILING_TABLE}),
    ended AS (
      SELECT s.*, c.ceiling_seconds,
        s.value_added_at + least(s.rotation_period_days * 86400, c.ceiling_seconds) * interval '1 second' AS value_ends_at
      FROM (SELECT * FROM projection.secret WHERE ${OWN_TENANT}) s
      LEFT JOIN ceiling c ON c.of_category = s.category
        AND c.of_tier = CASE WHEN s.tier IN (${TIER_LIST}) THEN s.tier ELSE 'critical' END
    ),
    fact AS (
      SELECT ended.*, CASE
        WHEN status = 'revoked' THEN 'revoked'
        WHEN current_version IS NULL THEN 'no-value'
        WHEN ${incomplete} THEN 'incomplete'
        WHEN value_ends_at <= ${at} THEN 'expired'
        WHEN value_ends_at <= ${at}::timestamptz + ${DUE_DAYS} * interval '1 day' THEN 'due'
        ELSE 'healthy' END AS state
      FROM ended
    )`;
}

export type SecretFilters = z.infer<typeof secretFilters>;

/** The values by which secrets are counted; each is also a filter. */
export const DIMENSIONS = {
  state: Prisma.sql`state`,
  environment: Prisma.sql`environment`,
  service: Prisma.sql`split_part(name, '/', 1)`,
  tier: Prisma.sql`coalesce(tier, 'none')`,
  type: Prisma.sql`type`,
  classification: Prisma.sql`coalesce(data_classification, 'none')`,
} as const;
export type Dimension = keyof typeof DIMENSIONS;
export const DIMENSION_NAMES = Object.keys(DIMENSIONS) as Dimension[]; // keys of a literal object

const YES = Prisma.sql`TRUE`;
const among = (column: Prisma.Sql, values: readonly string[] | undefined) =>
  values === undefined || values.length === 0 ? YES : Prisma.sql`${column} = ANY(${[...values]})`;
const every = (conditions: readonly Prisma.Sql[]) => Prisma.join([YES, ...conditions], " AND ");

/** Conditions on `fact` that are no chips: reach, search, owner. */
export function searched({ q, owner }: SecretFilters, reach: Reach): Prisma.Sql {
  return every([
    // Somebody without a service reaches no secret: nothing equals the empty name.
    reach.all ? YES : among(DIMENSIONS.service, [...reach.services, ""]),
    q === undefined ? YES : Prisma.sql`position(${q.trim().toLowerCase()} in name) > 0`,
    among(Prisma.sql`owner`, owner),
  ]);
}

/** One condition for each chip filter. */
export function chipConditions(filters: SecretFilters): Record<Dimension | "missing", Prisma.Sql> {
  const missing = (filters.missing ?? []).map((field) => GAPS[field]);
  return {
    state: among(DIMENSIONS.state, filters.state),
    environment: among(DIMENSIONS.environment, filters.environment),
    service: among(DIMENSIONS.service, filters.service),
    tier: among(DIMENSIONS.tier, filters.tier),
    type: among(DIMENSIONS.type, filters.type),
    classification: among(DIMENSIONS.classification, filters.classification),
    missing:
      missing.length === 0
        ? YES
        : Prisma.sql`(status = 'active' AND (${Prisma.join(missing, " OR ")}))`,
  };
}

export function matching(filters: SecretFilters, reach: Reach): Prisma.Sql {
  return every([searched(filters, reach), ...Object.values(chipConditions(filters))]);
}
