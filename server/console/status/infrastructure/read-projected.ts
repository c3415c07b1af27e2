import * as z from "zod";
import type { TenantReads } from "../../../db/console-database.ts";

const MODE = z.enum(["development", "production"]);

/** What the lists stand on: the installation's mode, and how far the projector has read the ledger. */
export async function readProjected(tx: Pick<TenantReads, "tenant" | "cursor">) {
  const own = await tx.tenant.findFirstOrThrow();
  const cursors = await tx.cursor.findMany();
  return {
    mode: MODE.parse(own.mode),
    deskOrigin: own.deskOrigin,
    nextIndex: Math.min(...cursors.map((it) => Number(it.nextIndex)), Number.MAX_SAFE_INTEGER),
  };
}
