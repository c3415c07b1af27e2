import { addSeconds, type Instant } from "@countersign/protocol/instants";
import type { TenantId } from "@countersign/protocol/names";
import * as z from "zod";
import { Prisma } from "../../../../generated/prisma/client.ts";
import type { ConsoleDatabase, TenantReads } from "../../../db/console-database.ts";
import { OWN_TENANT } from "../../../db/own-tenant.ts";
import { dateOf } from "../../names/names.ts";
import { FAILING_FROM, nextTry } from "../domain/retry.ts";

/** So many tries end within the lease, each as slow as a channel may be. */
const AT_ONCE = 4;
/** A message whose sender died is free again after that. */
const LEASE_SECONDS = 120;
export const CHANNELS = ["mail", "webhook"] as const;

const claimed = z.object({
  kind: z.enum(["waits", "decided"]),
  proposal: z.string(),
  channel: z.enum(CHANNELS),
  recipient: z.string(),
  tries: z.number(),
});
export type Claimed = z.infer<typeof claimed>;

/**
 * The messages of one tenant that are to leave. A claim is a lease: several consoles never send the same message at
 * once, and one that dies loses none. What was sent and not marked is sent again: at least once, never lost.
 */
export class DeliveryQueue {
  readonly #database: ConsoleDatabase;
  readonly #tenant: TenantId;

  constructor(database: ConsoleDatabase, tenant: TenantId) {
    this.#database = database;
    this.#tenant = tenant;
  }

  /** Messages that are due by this channel, 4 at most, for this caller alone until the lease ends. */
  async claim(channel: Claimed["channel"], now: Instant): Promise<readonly Claimed[]> {
    const leased = dateOf(addSeconds(now, LEASE_SECONDS));
    const rows = await this.#database.writeAsTenant(this.#tenant, (tx) =>
      tx.$queryRaw<unknown[]>(Prisma.sql`
        UPDATE console.delivery SET next_try_at = ${leased}, tries = tries + 1
        WHERE ${OWN_TENANT} AND (kind, proposal, channel, recipient) IN (
          SELECT kind, proposal, channel, recipient FROM console.delivery
          WHERE ${OWN_TENANT} AND channel = ${channel} AND state = 'queued'
            AND next_try_at <= ${dateOf(now)}
          ORDER BY next_try_at LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED)
        RETURNING kind, proposal, channel, recipient, tries`),
    );
    return z.array(claimed).parse(rows);
  }

  sent(of: Claimed, now: Instant): Promise<void> {
    return this.#set(of, { state: "sent", sentAt: dateOf(now), trouble: null });
  }

  /** Nobody needs it any more. */
  dropped(of: Claimed): Promise<void> {
    return this.#set(of, { state: "dropped" });
  }

  /** @param trouble a few words of ours, such as `http 503`: never what the other side wrote */
  failed(of: Claimed, now: Instant, trouble: string): Promise<void> {
    return this.#set(of, { nextTryAt: dateOf(nextTry(now, of.tries)), trouble });
  }

  async #set({ tries: _, ...key }: Claimed, data: Prisma.DeliveryUpdateManyMutationInput) {
    await this.#database.writeAsTenant(this.#tenant, (tx) =>
      tx.delivery.updateMany({ where: { ...key, state: "queued" }, data }),
    );
  }
}

/** How many messages of the tenant have not left, how many of them fail again and again, and why the last did. */
export async function readBacklog(
  tx: Pick<TenantReads, "delivery">,
): Promise<{ queued: number; failing: number; trouble: string | null }> {
  const queued = await tx.delivery.count({ where: { state: "queued" } });
  const where = { state: "queued", tries: { gte: FAILING_FROM }, trouble: { not: null } };
  const failing = await tx.delivery.count({ where });
  const last = await tx.delivery.findFirst({ where, orderBy: { nextTryAt: "desc" } });
  return { queued, failing, trouble: last?.trouble ?? null };
}
