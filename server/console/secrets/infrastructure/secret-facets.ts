import type { Instant } from "@countersign/protocol/instants";
import * as z from "zod";
import { Prisma } from "../../../../generated/prisma/client.ts";
import type { TenantReads } from "../../../db/console-database.ts";
import type { Reach } from "../../authorise/reach.ts";
import {
  chipConditions,
  DIMENSION_NAMES,
  DIMENSIONS,
  type Dimension,
  facts,
  GAP_FIELDS,
  type SecretFilters,
  searched,
} from "./secret-facts.ts";

type Facet = { value: string; count: number }[];
export type SecretFacets = Record<Dimension | "missing", Facet> & { total: number };

const counted = z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()])));

/**
 * Counts for the chips, in one pass over the secrets. Under a filter's own chips stands what the *other* filters
 * leave, so that people see what a second chip would add.
 */
export async function readFacets(
  tx: Pick<TenantReads, "$queryRaw">,
  filters: SecretFilters,
  { reach, now }: { readonly reach: Reach; readonly now: Instant },
): Promise<SecretFacets> {
  const conditions = chipConditions(filters);
  const allBut = (dimension: keyof typeof conditions | null) =>
    Prisma.join(
      Object.entries(conditions).flatMap(([name, it]) => (name === dimension ? [] : [it])),
      " AND ",
    );
  const values = DIMENSION_NAMES.map(
    (name) => Prisma.sql`${DIMENSIONS[name]} AS ${column("of", name)}`,
  );
  const kept = DIMENSION_NAMES.map(
    (name) => Prisma.sql`(${allBut(name)}) AS ${column("in", name)}`,
  );
  const missing = GAP_FIELDS.map(
    ([name, isMissing]) =>
      Prisma.sql`(status = 'active' AND ${isMissing} AND ${allBut("missing")}) AS ${column("no", name)}`,
  );
  const dimensions = DIMENSION_NAMES.map((name) => column("of", name));
  const conditionsMet = [
    ...DIMENSION_NAMES.map((name) => column("in", name)),
    ...GAP_FIELDS.map(([name]) => column("no", name)),
    column("in", "all"),
  ];
  // First those that are alike in everything, which leaves few rows; then each chip's count among them.
  const found = await tx.$queryRaw<unknown[]>(Prisma.sql`
    WITH ${facts(now)}, looked AS (
      SELECT ${Prisma.join([...values, ...kept, ...missing])}, (${allBut(null)}) AS ${column("in", "all")}
      FROM fact WHERE ${searched(filters, reach)}
    ), alike AS (
      SELECT *, count(*) AS secrets FROM looked GROUP BY ${Prisma.join([...dimensions, ...conditionsMet])}
    )
    SELECT ${Prisma.join([...dimensions, ...conditionsMet.map(count)])} FROM alike
    GROUP BY GROUPING SETS ((), ${Prisma.join(dimensions.map((it) => Prisma.sql`(${it})`))})`);
  return arrange(counted.parse(found));
}

/** A column's name out of words of this file alone: nothing from outside becomes SQL. */
function column(prefix: "of" | "in" | "no", name: string): Prisma.Sql {
  return Prisma.raw(`"${prefix} ${name}"`);
}

function count(of: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`coalesce(sum(secrets) FILTER (WHERE ${of}), 0)::int AS ${of}`;
}

function arrange(rows: z.infer<typeof counted>): SecretFacets {
  const number = (row: (typeof rows)[number] | undefined, name: string) => Number(row?.[name] ?? 0);
  const whole = rows.find((row) => DIMENSION_NAMES.every((name) => row[`of ${name}`] === null));
  const facet = (name: Dimension): Facet =>
    rows
      .flatMap((row) => {
        const value = row[`of ${name}`];
        return typeof value === "string" ? [{ value, count: number(row, `in ${name}`) }] : [];
      })
      .filter((it) => it.count > 0)
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      .slice(0, 200);
  return {
    total: number(whole, "in all"),
    state: facet("state"),
    environment: facet("environment"),
    service: facet("service"),
    tier: facet("tier"),
    type: facet("type"),
    classification: facet("classification"),
    missing: GAP_FIELDS.map(([value]) => ({ value, count: number(whole, `no ${value}`) })).filter(
      (it) => it.count > 0,
    ),
  };
}
