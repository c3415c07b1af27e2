import { addSeconds } from "@countersign/protocol/instants";
import * as z from "zod";
import { Prisma } from "../../../../generated/prisma/client.ts";
import type { TenantReads } from "../../../db/console-database.ts";
import { OWN_TENANT } from "../../../db/own-tenant.ts";
import { dateOf, People } from "../../names/names.ts";
import type { AccessMap } from "../contract.ts";
import type { Within } from "./within.ts";

const DAYS = 30;
const DAY_SECONDS = 86_400;
const MOST_READERS = 12;
const MOST_PLACES = 8;

const found = z.array(
  z.object({
    reader: z.string(),
    is_person: z.boolean(),
    place: z.string(),
    count: z.number(),
  }),
);

/**
 * Who and what read secrets of which service and environment in the last 30 days: the 12 readers and 8 places with
 * most openings. An opening that was begun counts.
 */
export async function accessMap(tx: TenantReads, { reach, now }: Within): Promise<AccessMap> {
  const since = dateOf(addSeconds(now, -DAYS * DAY_SECONDS));
  const mine = reach.all
    ? Prisma.sql`TRUE`
    : Prisma.sql`split_part(name, '/', 1) = ANY(${[...reach.services, ""]})`;
  const rows = found.parse(
    await tx.$queryRaw<unknown[]>(Prisma.sql`
      WITH named AS (SELECT secret, name FROM projection.secret WHERE ${OWN_TENANT} AND ${mine}),
      read AS (
        SELECT person AS reader, TRUE AS is_person, secret, count(*) AS times FROM projection.release
          WHERE ${OWN_TENANT} AND intended_at >= ${since} GROUP BY 1, 3
        UNION ALL SELECT workload, FALSE, secret, count(*) FROM projection.fetch
          WHERE ${OWN_TENANT} AND intended_at >= ${since} GROUP BY 1, 3)
      SELECT reader, is_person, split_part(name, '/', 1) || '/' || split_part(name, '/', 2) AS place,
        sum(times)::int AS count
      FROM read JOIN named USING (secret) GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 3 LIMIT 1000`),
  );
  const places = most(rows, (it) => it.place, MOST_PLACES).sort();
  const readers = most(rows, (it) => it.reader, MOST_READERS);
  const people = await People.load(
    tx,
    rows.flatMap((it) => (it.is_person ? [it.reader] : [])),
  );
  return {
    places,
    readers: readers.map((reader) => {
      const own = rows.filter((it) => it.reader === reader);
      const isPerson = own.some((it) => it.is_person);
      return {
        reader,
        name: isPerson ? people.ref(reader).name : reader,
        isPerson,
        counts: places.map((place) => own.find((it) => it.place === place)?.count ?? 0),
      };
    }),
    // What was cut off is said, not hidden.
    isCut:
      new Set(rows.map((it) => it.reader)).size > MOST_READERS ||
      new Set(rows.map((it) => it.place)).size > MOST_PLACES,
  };
}

type Row = z.infer<typeof found>[number];

/** The keys with the largest sums, largest first. */
function most(rows: readonly Row[], keyOf: (row: Row) => string, count: number): string[] {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(keyOf(row), (sums.get(keyOf(row)) ?? 0) + row.count);
  return [...sums.entries()]
    .sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
    .slice(0, count)
    .map(([key]) => key);
}
