import { instant } from "@countersign/protocol/instants";
import * as z from "zod";
import { requestRow } from "../requests/contract.ts";
import { pageInput, pageOf } from "../shapes/paging.ts";

export const NOTICE_KINDS = ["waits", "decided"] as const;

/** `waits`: the proposal waits for this person's signature. `decided`: what became of one that they made. */
export const notice = z.strictObject({
  kind: z.enum(NOTICE_KINDS),
  toldAt: instant,
  seenAt: instant.nullable(),
  request: requestRow,
});

const mailSettings = z.strictObject({
  /** Domains to which this installation sends mail; null where it sends none. */
  domains: z.array(z.string()).nullable(),
  address: z.string().nullable(),
  wanted: z.boolean(),
});

export const notificationsContract = {
  list: { input: z.strictObject(pageInput), output: pageOf(notice) },
  unseen: { input: z.void(), output: z.strictObject({ count: z.int() }) },
  /** What was told up to then; what comes in meanwhile stays unseen. */
  markSeen: {
    input: z.strictObject({ until: instant }),
    output: z.strictObject({ seen: z.int() }),
  },
  settings: { input: z.void(), output: mailSettings },
  setMail: {
    input: z.strictObject({ address: z.email().max(254).nullable(), wanted: z.boolean() }),
    output: mailSettings,
  },
} as const;
