import { type TenantId, tenantId } from "@countersign/protocol/names";
import * as z from "zod";

/** PostgreSQL's channel (LISTEN, NOTIFY) on which writers say that rows have changed. */
export const CHANGES_CHANNEL = "countersign_changed";

/** Whose rows changed and in which tables: no id, no content. Whoever wants to know more reads the rows. */
export type ChangedRows = {
  /** Null: of every tenant. */
  readonly tenant: TenantId | null;
  /** Without schema: `proposal`. Empty: in any table. */
  readonly tables: readonly string[];
};

const changedRows = z.strictObject({
  tenant: tenantId.nullable(),
  tables: z.array(z.string().max(63)).max(100),
});

/** To be sent inside the transaction that changes the rows: listeners hear of it when, and only if, it commits. */
export function announcementOf({ tenant, tables }: ChangedRows): string {
  return JSON.stringify({ tenant, tables: [...tables] });
}

/**
 * Anybody who may connect may also notify. What cannot be read is taken for "anything may have changed": a listener
 * then reads too much, never too little.
 */
export function readAnnouncement(payload: string): ChangedRows {
  try {
    return changedRows.parse(JSON.parse(payload));
  } catch {
    return { tenant: null, tables: [] };
  }
}
