import { instant } from "@countersign/protocol/instants";
import * as z from "zod";
import { requestRow } from "../requests/contract.ts";
import { secretRow, secretState } from "../secrets/contract.ts";
import { bindingRow } from "../workloads/contract.ts";

/** A part that the person's roles do not let them see is null: it is left out, not empty. */
export const overviewContract = {
  read: {
    input: z.void(),
    output: z.strictObject({
      /** Proposals that wait for this person's signature, oldest first, 10 at most. */
      waiting: z.strictObject({ count: z.int(), rows: z.array(requestRow) }),
      /** What this person asked for and is not over, newest first, 5 at most. */
      mine: z.array(requestRow),
      secrets: z
        .strictObject({
          states: z.array(z.strictObject({ state: secretState, count: z.int() })),
          /** Ends first, 6 at most: values that have ended or end soon. */
          ending: z.array(secretRow),
          /** 6 at most. */
          incomplete: z.array(secretRow),
        })
        .nullable(),
      bindingsEnding: z.array(bindingRow).nullable(),
      /** The last 14 days. */
      activity: z
        .strictObject({
          days: z.array(z.strictObject({ day: z.string(), done: z.int(), refused: z.int() })),
          refusedToday: z.int(),
        })
        .nullable(),
      /** Proposals decided in the last 30 days: how many, and the median time that took. */
      decisions: z.strictObject({ count: z.int(), medianSeconds: z.int().nullable() }).nullable(),
      /** Requests of the last 28 days, by day. */
      requestsPerDay: z.array(
        z.strictObject({
          day: z.string(),
          asked: z.int(),
          approved: z.int(),
          refused: z.int(),
        }),
      ),
      /** Values that end on each of the next 28 days, and how many have ended. */
      rotation: z
        .strictObject({
          overdue: z.int(),
          days: z.array(z.strictObject({ day: z.string(), due: z.int() })),
        })
        .nullable(),
      at: instant,
    }),
  },
} as const;
