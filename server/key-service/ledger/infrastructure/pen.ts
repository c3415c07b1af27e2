import { setTimeout as pause } from "node:timers/promises";
import type { LedgerTiming } from "./timing.ts";
import type { WriterConnection } from "./writer-connection.ts";

/**
 * The right to append: a lease in the row of the tree head, timed by the database's clock. The lease only
 * decides who may try. What keeps two writers apart is the fence, which grows with every taker and which
 * each append names: a writer that believes wrongly is refused by the statement itself.
 */
export type Pen = { readonly fence: number };

export type PenHolder = { readonly holder: string; readonly silentMs: number };

export type PenAttempt = { readonly pen: Pen } | { readonly heldBy: PenHolder };

/**
 * Takes the pen if it is free, stale, or ours already. Taking it waits for a statement in flight under the
 * old fence to end; after it, nothing that was sent before can be committed. The fence that was read must
 * still stand, so that an attempt which got lost in the network and arrives late takes nothing.
 * @param holder unique to this process: nobody else takes over from us without waiting
 */
export async function tryTakePen(
  connection: WriterConnection,
  holder: string,
  timing: LedgerTiming,
): Promise<PenAttempt> {
  const { fence } = await readHolder(connection);
  const taken = await connection.run<{ fence: string }>({
    text: `UPDATE keyservice.tree_head
              SET fence = fence + 1, holder = $1, renewed_at = clock_timestamp()
            WHERE id = 1
              AND fence = $3::bigint
              AND (holder IN ('', $1)
                   OR renewed_at < clock_timestamp() - make_interval(secs => $2::float8 / 1000))
        RETURNING fence`,
    values: [holder, timing.penStaleMs, fence],
  });
  const row = taken.rows[0];
  if (row !== undefined) return { pen: { fence: Number(row.fence) } };
  return { heldBy: await readHolder(connection) };
}

async function readHolder(connection: WriterConnection): Promise<PenHolder & Pen> {
  const { rows } = await connection.run<{ holder: string; fence: string; silent_ms: string }>({
    text: `SELECT holder, fence,
                  (extract(epoch FROM clock_timestamp() - renewed_at) * 1000)::bigint AS silent_ms
             FROM keyservice.tree_head WHERE id = 1`,
  });
  const { holder, fence, silent_ms } = rows[0] ?? { holder: "", fence: "-1", silent_ms: "0" };
  return {
    holder: holder === "" ? "nobody" : holder,
    fence: Number(fence),
    silentMs: Number(silent_ms),
  };
}

/** Waits as a standby until the pen is ours. @throws the signal's reason when it is aborted */
export async function waitForPen(
  connection: WriterConnection,
  holder: string,
  timing: LedgerTiming,
  signal: AbortSignal,
): Promise<Pen> {
  for (;;) {
    signal.throwIfAborted();
    const attempt = await tryTakePen(connection, holder, timing);
    if ("pen" in attempt) return attempt.pen;
    await pause(Math.min(1_000, timing.penStaleMs / 10), undefined, { signal });
  }
}

/** False when another process took the pen meanwhile. */
export async function renewPen(connection: WriterConnection, pen: Pen): Promise<boolean> {
  const renewed = await connection.run({
    name: "renew-pen",
    text: `UPDATE keyservice.tree_head SET renewed_at = clock_timestamp()
            WHERE id = 1 AND fence = $1::bigint`,
    values: [pen.fence],
  });
  return renewed.rowCount === 1;
}

/** Gives the pen up at once, so that a standby or the next start need not wait. */
export async function releasePen(connection: WriterConnection, pen: Pen): Promise<void> {
  await connection.run({
    text: "UPDATE keyservice.tree_head SET holder = '' WHERE id = 1 AND fence = $1::bigint",
    values: [pen.fence],
  });
}
