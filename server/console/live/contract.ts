import * as z from "zod";
import { TOPICS } from "./domain/topics.ts";

export type { Topic } from "./domain/topics.ts";

const DAY_MS = 86_400_000;

const changed = z.strictObject({
  /** What to ask again; of the first event empty where nothing has changed since. */
  topics: z.array(z.enum(TOPICS)),
});
export type Changed = z.infer<typeof changed>;

/** An answer that goes on: each event is stripped and judged as any other answer is. */
const changes = z
  .custom<AsyncIterable<Changed>>(
    (value) => typeof value === "object" && value !== null && Symbol.asyncIterator in value,
  )
  .transform(async function* (events) {
    for await (const event of events) yield changed.parse(event);
  });

export const liveContract = {
  /**
   * Tells which topics to ask again, as long as the session lasts. `sinceMs`: how long ago what the page shows was
   * read; the first event says what changed meanwhile.
   */
  changes: {
    input: z.strictObject({ sinceMs: z.int().min(0).max(DAY_MS) }),
    output: changes,
  },
} as const;
