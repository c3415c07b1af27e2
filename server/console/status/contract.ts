import { instant } from "@countersign/protocol/instants";
import * as z from "zod";

export const PART_STATES = ["up", "down", "unknown"] as const;

const part = z.strictObject({
  state: z.enum(PART_STATES),
  /** One sentence: what that means for people, and what still works. */
  sentence: z.string(),
});

export const statusContract = {
  read: {
    input: z.void(),
    output: z.strictObject({
      at: instant,
      keyService: part,
      hsm: part,
      database: part,
      /** Compares what is stored with the ledger. */
      checker: part,
      witness: part,
      /** Workloads fetch through it. */
      gateway: part,
      identityProvider: part,
      /** Mail and webhook: messages of this tenant. */
      notifications: part,
      /** Null while the key service does not answer. */
      ledger: z
        .strictObject({
          origin: z.string(),
          size: z.int(),
          root: z.string(),
          note: z.string(),
          /** Names of those who signed the newest checkpoint; the log itself comes first. */
          signers: z.array(z.string()),
        })
        .nullable(),
      /** What the key service counts; null while it does not answer. */
      figures: z
        .strictObject({
          startedAt: instant,
          hsmLatencyMs: z.number().nullable(),
          /** Entries that wait to be durable. */
          queued: z.int(),
          /** Number of the pen's taker: it grows when another process takes over. */
          fence: z.int(),
          witnessesAsked: z.int(),
          quorum: z.int(),
          cosigned: z.strictObject({ size: z.int(), ageSeconds: z.number() }).nullable(),
          lastCheck: z
            .strictObject({ at: instant, rowsCompared: z.int(), found: z.int() })
            .nullable(),
          gateways: z.int().nullable(),
        })
        .nullable(),
      /** Entries that the lists do not show yet; null where the ledger's size is not known. */
      projectionBehind: z.int().nullable(),
      mode: z.enum(["development", "production"]),
    }),
  },
} as const;
