import { refuse } from "@countersign/protocol/refusals";
import type * as z from "zod";
import { RefusalError } from "../trpc/refusal-error.ts";

/*
 * Keyset pages: a cursor is the sort key of the last row that was shown, so that a page is found by index and
 * stays right while rows are added. It comes back from a browser: whatever it holds is a value in a query.
 */
export function toCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** @throws RefusalError `malformed` */
export function fromCursor<T extends z.ZodType>(text: string, key: T): z.infer<T> {
  try {
    return key.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
  } catch {
    throw new RefusalError(
      refuse("malformed", "This page does not exist any more. Start the list again."),
    );
  }
}

/** One row more than was asked for tells that there is a next page. */
export function page<Row>(
  found: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly (string | number)[],
): { readonly rows: Row[]; readonly next: string | null } {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, next: found.length > limit && last !== undefined ? toCursor(keyOf(last)) : null };
}
