import {
  deviceId,
  digest,
  draftId,
  personId,
  requestId,
  secretId,
} from "@countersign/protocol/ids";
import { instant } from "@countersign/protocol/instants";
import { secretName } from "@countersign/protocol/names";
import { signingRole } from "@countersign/protocol/roles";
import { MAX_SECRETS_PER_REQUEST } from "@countersign/protocol/statement";
import { candidate, PROPOSAL_STATUSES, signatureLine } from "@countersign/protocol/views";
import * as z from "zod";
import { drafted, returnTo } from "../shapes/drafted.ts";
import { pageInput, pageOf } from "../shapes/paging.ts";
import { personRef } from "../shapes/person-ref.ts";
import { rendering } from "../shapes/rendering.ts";

export const REQUEST_LISTS = ["mine", "for-me", "all"] as const;
export const GRANT_STATUSES = ["active", "expired", "revoked", "spent"] as const;

export const requestRow = z.strictObject({
  proposal: digest,
  /** Of a request to open secrets; null of any other proposal. */
  request: requestId.nullable(),
  /** Kind of statement: `request`, `register-secret`, `change-role` … */
  kind: z.string(),
  proposedBy: personRef,
  role: signingRole,
  /** What it is about, in names. A secret that is being registered has no id yet. */
  about: z.strictObject({
    secrets: z.array(z.strictObject({ secret: secretId.nullable(), name: z.string() })),
    person: personRef.nullable(),
    workload: z.string().nullable(),
  }),
  status: z.enum(PROPOSAL_STATUSES),
  grant: z.enum(GRANT_STATUSES).nullable(),
  lines: z.array(signatureLine),
  justification: z.string().nullable(),
  ticket: z.string().nullable(),
  proposedAt: instant,
  decideBy: instant,
  decidedAt: instant.nullable(),
  /** Index of the ledger entry. */
  entry: z.int(),
  /** This person could sign a line of it now. */
  waitsForMe: z.boolean(),
});
export type RequestRow = z.infer<typeof requestRow>;

/** What became of a proposal, each with its ledger entry. */
const happening = z.strictObject({
  at: instant,
  entry: z.int(),
  what: z.enum([
    "proposed",
    "approved",
    "denied",
    "withdrawn",
    "expired",
    "granted",
    "opened",
    "ended",
  ]),
  person: personRef.nullable(),
  reason: z.string().nullable(),
});

const decision = z.enum(["approve", "deny", "withdraw"]);

export const requestsContract = {
  list: {
    input: z.strictObject({
      which: z.enum(REQUEST_LISTS),
      kind: z.array(z.string().max(40)).max(20).optional(),
      status: z.array(z.enum(PROPOSAL_STATUSES)).optional(),
      person: personId.optional(),
      secret: secretId.optional(),
      from: instant.optional(),
      to: instant.optional(),
      ...pageInput,
    }),
    output: pageOf(requestRow),
  },
  counts: {
    input: z.void(),
    output: z.strictObject({ forMe: z.int(), minePending: z.int() }),
  },
  detail: {
    input: z.strictObject({ proposal: z.union([digest, requestId]) }),
    output: z.strictObject({
      row: requestRow,
      card: rendering,
      candidates: z.array(candidate),
      /** A sentence where it was denied, withdrawn or lapsed. */
      outcome: z.string().nullable(),
      grant: z
        .strictObject({
          status: z.enum(GRANT_STATUSES),
          notBefore: instant,
          expiresAt: instant,
          uses: z.array(
            z.strictObject({
              secret: secretId,
              name: z.string(),
              used: z.int(),
              left: z.int(),
              /** Where the ledger records each opening that was begun. */
              releases: z.array(z.strictObject({ use: z.int(), index: z.int() })),
            }),
          ),
        })
        .nullable(),
      /** Null: this person may do it. Otherwise the sentence that says why not, and who can. */
      cannot: z.strictObject({
        approve: z.string().nullable(),
        deny: z.string().nullable(),
        withdraw: z.string().nullable(),
      }),
      /** Who was told that it waits for them, and whether a mail went out; null where none was to. */
      told: z.array(
        z.strictObject({
          person: personRef,
          at: instant,
          seenAt: instant.nullable(),
          mail: z.enum(["queued", "sent", "dropped"]).nullable(),
        }),
      ),
      history: z.array(happening),
    }),
  },
  /** What a form for a new request needs: the person's own devices. */
  choices: {
    input: z.void(),
    output: z.strictObject({
      devices: z.array(
        z.strictObject({
          device: deviceId,
          label: z.string(),
          enrolledAt: instant,
          expiresAt: instant,
        }),
      ),
      maxSecrets: z.int(),
      maxDurationSeconds: z.int(),
      maxUses: z.int(),
    }),
  },
  /** Draws up a request and says who will be asked, before anybody is. Nothing is sent until it is signed. */
  draft: {
    input: z.strictObject({
      secrets: z.array(secretName).min(1).max(MAX_SECRETS_PER_REQUEST),
      justification: z.string().min(1).max(1000),
      ticket: z.string().min(1).max(80),
      notBefore: instant.nullable(),
      durationSeconds: z.int().min(60).max(86_400),
      maxUses: z.int().min(1).max(100),
      device: deviceId,
      returnTo,
    }),
    output: drafted,
  },
  /** One draft for each proposal; `link` signs all with one touch. */
  decide: {
    input: z
      .strictObject({
        proposals: z.array(digest).min(1).max(50),
        decision,
        reason: z.string().min(1).max(1000).nullable(),
        returnTo,
      })
      .refine((it) => it.decision !== "deny" || it.reason !== null, {
        path: ["reason"],
        error: "Say why you refuse: the person who asked will read it.",
      }),
    output: z.strictObject({ link: z.url(), drafts: z.array(draftId) }),
  },
  /** Ends what was granted, at once. */
  draftRevoke: {
    input: z.strictObject({ request: requestId, reason: z.string().min(1).max(1000), returnTo }),
    output: drafted,
  },
  /** What became of a draft that the desk was asked to show. */
  draftStatus: {
    input: z.strictObject({ draft: draftId }),
    output: z.strictObject({
      status: z.enum(["waiting", "signed", "declined"]),
      entry: z.int().nullable(),
    }),
  },
} as const;
