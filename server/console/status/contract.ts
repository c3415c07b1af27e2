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
      database: part,
      identityProvider: part,
      witness: part,
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
      /** Entries that the lists do not show yet; null where the ledger's size is not known. */
      projectionBehind: z.int().nullable(),
      mode: z.enum(["development", "production"]),
    }),
  },
} as const;
