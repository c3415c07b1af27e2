import { instant } from "@countersign/protocol/instants";
import * as z from "zod";
import { requestRow } from "../requests/contract.ts";
import { secretRow, secretState } from "../secrets/contract.ts";
import { bindingRow } from "../workloads/contract.ts";

/** How much of its allowed age a value has used. */
export const AGE_QUARTERS = [
  "first quarter",
  "second quarter",
  "third quarter",
  "last quarter",
  "over",
] as const;

const accessMap = z.strictObject({
  /** `service/environment`. */
  places: z.array(z.string()),
  readers: z.array(
    z.strictObject({
      /** Id of a person, or SPIFFE ID of a workload. */
      reader: z.string(),
      name: z.string(),
      isPerson: z.boolean(),
      /** Openings, one number for each place. */
      counts: z.array(z.int()),
    }),
  ),
  /** There are more readers or places than are shown. */
  isCut: z.boolean(),
});
export type AccessMap = z.infer<typeof accessMap>;

const serviceHealth = z.strictObject({
  /** How many secrets of the service stand how; revoked ones are not counted. */
  services: z.array(
    z.strictObject({
      service: z.string(),
      counts: z.strictObject({
        healthy: z.int(),
        due: z.int(),
        expired: z.int(),
        incomplete: z.int(),
        "no-value": z.int(),
      }),
    }),
  ),
  /** There are more services than are shown. */
  isCut: z.boolean(),
});
export type ServiceHealth = z.infer<typeof serviceHealth>;

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
      /** Days of the last 28 on which requests were decided: how many, and the median time that took. */
      decisionDays: z.array(
        z.strictObject({ day: z.string(), count: z.int(), medianSeconds: z.int() }),
      ),
      /** Services with most secrets that cannot be handed out first, 12 at most. */
      health: serviceHealth.nullable(),
      /** Values that end on each of the next 28 days, and how many have ended. */
      rotation: z
        .strictObject({
          overdue: z.int(),
          days: z.array(z.strictObject({ day: z.string(), due: z.int() })),
        })
        .nullable(),
      /** Active secrets by tier: how many values are in which quarter of their allowed age, in the order of `AGE_QUARTERS`. */
      ages: z.array(z.strictObject({ tier: z.string(), quarters: z.array(z.int()) })).nullable(),
      /** Who read what in the last 30 days. */
      access: accessMap.nullable(),
      at: instant,
    }),
  },
} as const;
export type Overview = z.infer<typeof overviewContract.read.output>;
