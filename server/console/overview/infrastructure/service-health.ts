import type { Instant } from "@countersign/protocol/instants";
import * as z from "zod";
import { Prisma } from "../../../../generated/prisma/client.ts";
import type { TenantReads } from "../../../db/console-database.ts";
import type { Reach } from "../../authorise/reach.ts";
import { SECRET_STATES, type SecretState, secretState } from "../../secrets/contract.ts";
import { DIMENSIONS, facts, searched } from "../../secrets/infrastructure/secret-facts.ts";
import type { ServiceHealth } from "../contract.ts";

const MOST_SERVICES = 12;
const counted = z.array(
  z.object({ service: z.string(), state: secretState, count: z.number(), whole: z.number() }),
);

/**
 * How the secrets within reach stand, by service and in all. Services with most secrets that cannot be handed out
 * come first, 12 at most; revoked ones count in all, and for no service.
 */
export async function serviceHealth(
  tx: Pick<TenantReads, "$queryRaw">,
  { reach, now }: { readonly reach: Reach; readonly now: Instant },
): Promise<{ states: { state: SecretState; count: number }[]; health: ServiceHealth }> {
  const rows = counted.parse(
    await tx.$queryRaw<unknown[]>(Prisma.sql`
      WITH ${facts(now)} SELECT ${DIMENSIONS.service} AS service, state, count(*)::int AS count,
        (sum(count(*)) OVER (PARTITION BY state))::int AS whole
      FROM fact WHERE ${searched({}, reach)} GROUP BY 1, 2`),
  );
  const services = [...new Set(rows.flatMap((it) => (it.state === "revoked" ? [] : [it.service])))]
    .map((service) => ({ service, counts: countsOf(rows, service) }))
    .sort(
      (a, b) =>
        unwell(b.counts) - unwell(a.counts) ||
        total(b.counts) - total(a.counts) ||
        (a.service < b.service ? -1 : 1),
    );
  return {
    states: SECRET_STATES.flatMap((state) => {
      const count = rows.find((it) => it.state === state)?.whole ?? 0;
      return count === 0 ? [] : [{ state, count }];
    }),
    health: {
      services: services.slice(0, MOST_SERVICES),
      isCut: services.length > MOST_SERVICES,
    },
  };
}

type Counts = ServiceHealth["services"][number]["counts"];

function countsOf(rows: z.infer<typeof counted>, service: string): Counts {
  const of = (state: SecretState) =>
    rows.find((it) => it.service === service && it.state === state)?.count ?? 0;
  return {
    healthy: of("healthy"),
    due: of("due"),
    expired: of("expired"),
    incomplete: of("incomplete"),
    "no-value": of("no-value"),
  };
}

const total = (counts: Counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);
/** Those that are not handed out today: a value that only ends soon still is. */
const unwell = (counts: Counts) => total(counts) - counts.healthy - counts.due;
