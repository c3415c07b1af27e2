import { digest, personId, secretId } from "@countersign/protocol/ids";
import { instant } from "@countersign/protocol/instants";
import { signingRole } from "@countersign/protocol/roles";
import * as z from "zod";
import { requestRow } from "../requests/contract.ts";
import { facet, pageInput, pageOf } from "../shapes/paging.ts";
import { personRef } from "../shapes/person-ref.ts";

export const OUTCOMES = ["done", "refused"] as const;

/** What the subject of an entry is, in names. */
const auditAbout = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("person"), person: personRef }),
  z.strictObject({ type: z.literal("secret"), name: z.string() }),
  z.strictObject({ type: z.literal("device"), label: z.string(), person: personRef }),
  z.strictObject({ type: z.literal("key"), person: personRef }),
  z.strictObject({ type: z.literal("binding"), workload: z.string(), secret: z.string() }),
  /** What somebody proposed, and what became a grant. */
  z.strictObject({
    type: z.literal("proposal"),
    kind: z.string(),
    proposedBy: personRef,
    about: requestRow.shape.about,
  }),
]);
export type AuditAbout = z.infer<typeof auditAbout>;

/** A ledger entry as auditors read it [AUD-1]. */
export const auditRow = z.strictObject({
  entry: z.int(),
  at: instant,
  /** Where it came in: `desk`, `command-line`, `console`, `system`. */
  door: z.string(),
  correlation: z.string(),
  /** Kind of statement, of attempt or of event. */
  act: z.string(),
  eventTypes: z.array(z.string()),
  actor: personRef.nullable(),
  /** SPIFFE ID of the workload that did it, where no person did. */
  workload: z.string().nullable(),
  actorRole: signingRole.nullable(),
  device: z.string().nullable(),
  /** A proposal's digest, or the id of what was enrolled or revoked. */
  subject: z.string().nullable(),
  /** The same in names; null where it has none. */
  about: auditAbout.nullable(),
  secrets: z.array(z.strictObject({ secret: secretId, name: z.string() })),
  statementDigest: digest.nullable(),
  outcome: z.enum(OUTCOMES),
  /** Code of the refusal. */
  code: z.string().nullable(),
  /** How often the same refusal happened; it is written once for many. */
  count: z.int(),
  justification: z.string().nullable(),
  reason: z.string().nullable(),
});
export type AuditRow = z.infer<typeof auditRow>;

export const auditFilters = z.strictObject({
  /** A correlation id, digest, subject, ticket-free text of a reason: whatever stands in the row. */
  q: z.string().max(200).optional(),
  act: z.array(z.string().max(60)).max(30).optional(),
  actor: z.array(personId).max(20).optional(),
  secret: secretId.optional(),
  subject: z.string().max(120).optional(),
  outcome: z.enum(OUTCOMES).optional(),
  code: z.array(z.string().max(60)).max(20).optional(),
  door: z.array(z.string().max(20)).max(10).optional(),
  from: instant.optional(),
  to: instant.optional(),
});

export const auditContract = {
  /** Newest first. Covers what the person's roles let them see [AUD-5]; `covers` says it in words. */
  search: {
    input: z.strictObject({ ...auditFilters.shape, ...pageInput }),
    output: pageOf(auditRow).extend({ covers: z.string() }),
  },
  /** Entries per day of the range (30 days where none is given), done and refused, and by act. */
  histogram: {
    input: auditFilters,
    output: z.strictObject({
      days: z.array(z.strictObject({ day: z.string(), done: z.int(), refused: z.int() })),
      acts: facet,
    }),
  },
  detail: {
    input: z.strictObject({ entry: z.int().min(0) }),
    output: z.strictObject({
      row: auditRow,
      /** What proves it; null while the key service does not answer. `entry` is null where not this person's to read. */
      proof: z
        .strictObject({
          entry: z.string().nullable(),
          leafHash: digest,
          index: z.int(),
          size: z.int(),
          proof: z.array(digest),
          root: z.string(),
          /** The checkpoint with its signatures, as C2SP signed notes write it. */
          note: z.string(),
        })
        .nullable(),
    }),
  },
} as const;
