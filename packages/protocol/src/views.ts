import * as z from "zod";
import {
  base64urlBytes,
  bindingId,
  credentialId,
  deviceId,
  digest,
  draftId,
  personId,
  requestId,
  secretId,
} from "./ids.ts";
import { instant } from "./instants.ts";
import { secretName, spiffeId } from "./names.ts";
import { openings } from "./openings.ts";
import { secretPolicy } from "./policy.ts";
import { problem } from "./refusals.ts";
import { assignment, role } from "./roles.ts";

/*
 * What the people-API shows of things. A view is the service's word: who must be sure reads the statement
 * in it, or the ledger.
 */

/** One line that a person must sign, or has signed. */
export const signatureLine = z.strictObject({
  /** Roles of which any may sign here. */
  anyOf: z.array(role),
  signed: z
    .strictObject({
      person: personId,
      name: z.string(),
      role,
      at: instant,
      credential: credentialId,
      /** Index of the ledger entry. */
      index: z.int(),
    })
    .nullable(),
});
export type SignatureLine = z.infer<typeof signatureLine>;

/** Somebody who could sign an open line now, or why not. */
export const candidate = z.strictObject({
  person: personId,
  name: z.string(),
  role,
  /** Null: can sign now. Otherwise a sentence. */
  cannot: z.string().nullable(),
});
export type Candidate = z.infer<typeof candidate>;

export const PROPOSAL_STATUSES = ["pending", "approved", "denied", "withdrawn", "expired"] as const;
export const proposalView = z.strictObject({
  proposal: digest,
  request: requestId.nullable(),
  /** The proposal's own statement and what opens it; the reader renders it. */
  statement: base64urlBytes(2, 16_384),
  openings,
  status: z.enum(PROPOSAL_STATUSES),
  lines: z.array(signatureLine),
  candidates: z.array(candidate),
  /** A sentence where it was denied, withdrawn or expired. */
  outcome: z.string().nullable(),
  proposedAt: instant,
  decideBy: instant,
  /** Index of the ledger entry that recorded the proposal. */
  index: z.int(),
  /** Of a request that was approved: openings left for each secret. */
  grant: z
    .strictObject({
      status: z.enum(["active", "expired", "revoked", "spent"]),
      notBefore: instant,
      expiresAt: instant,
      uses: z.array(
        z.strictObject({
          secret: secretId,
          name: secretName,
          used: z.int(),
          left: z.int(),
          /** Where the ledger records each opening that was begun: the entry of its first intent. */
          releases: z.array(z.strictObject({ use: z.int(), index: z.int().min(0) })),
        }),
      ),
    })
    .nullable(),
});
export type ProposalView = z.infer<typeof proposalView>;

export const secretView = z.strictObject({
  secret: secretId,
  name: secretName,
  type: z.string(),
  category: z.string(),
  policy: secretPolicy,
  version: z.int(),
  status: z.enum(["active", "revoked"]),
  lastRotatedAt: instant.nullable(),
  expiresAt: instant.nullable(),
  /** Missing or malformed metadata, one sentence each; not empty means never handed out [META-1]. */
  incomplete: z.array(z.string()),
  /** What warns: due soon, expired. */
  warnings: z.array(z.string()),
  /** Who would have to sign a request of the caller: roles of each line. */
  chain: z.array(z.array(role)),
});
export type SecretView = z.infer<typeof secretView>;

/** A workload that may fetch a secret now. */
export const bindingView = z.strictObject({
  binding: bindingId,
  workload: spiffeId,
  proof: z.enum(["end-to-end", "gateway-vouched"]),
  expiresAt: instant,
});

/** A person as those see them who name people and end access. */
export const personView = z.strictObject({
  person: personId,
  name: z.string(),
  status: z.enum(["active", "revoked"]),
  roles: z.array(assignment),
  keys: z.array(
    z.strictObject({
      credential: credentialId,
      status: z.enum(["active", "locked", "revoked"]),
      enrolledAt: instant,
    }),
  ),
  devices: z.array(
    z.strictObject({
      device: deviceId,
      label: z.string(),
      status: z.enum(["active", "revoked", "expired"]),
      enrolledAt: instant,
      expiresAt: instant,
    }),
  ),
});
export type PersonView = z.infer<typeof personView>;

export const deviceView = z.strictObject({
  device: deviceId,
  label: z.string(),
  enrolledAt: instant,
  expiresAt: instant,
});

export const signOutcome = z.strictObject({
  draft: draftId,
  accepted: z.strictObject({ index: z.int(), digest, effect: z.string() }).nullable(),
  refused: z.strictObject({ code: problem.shape.code, message: z.string() }).nullable(),
});
export type SignOutcome = z.infer<typeof signOutcome>;
