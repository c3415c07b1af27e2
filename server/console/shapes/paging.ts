import * as z from "zod";

/** Where the next page begins: opaque to the page, which only hands it back. */
export const cursor = z.string().max(512);

export const pageInput = {
  cursor: cursor.nullable().default(null),
  limit: z.int().min(1).max(100).default(50),
  /** Sent by infinite queries; lists go forward only. */
  direction: z.literal("forward").optional(),
} as const;

/** `next` is null on the last page. */
export const pageOf = <Row extends z.ZodType>(row: Row) =>
  z.strictObject({ rows: z.array(row), next: cursor.nullable() });

/** How many rows there are of each value of a filter, for the chips beside a list. */
export const facet = z.array(z.strictObject({ value: z.string(), count: z.int() }));
