import { bindingId, requestId, secretId } from "@countersign/protocol/ids";
import { instant } from "@countersign/protocol/instants";
import { environment, secretName } from "@countersign/protocol/names";
import { role } from "@countersign/protocol/roles";
import {
  DATA_CLASSIFICATIONS,
  SECRET_CATEGORIES,
  SECRET_TYPES,
  TIERS,
} from "@countersign/protocol/taxonomy";
import * as z from "zod";
import { drafted, returnTo } from "../shapes/drafted.ts";
import { facet, pageInput, pageOf } from "../shapes/paging.ts";
import { personRef } from "../shapes/person-ref.ts";

/** How a secret stands, worst first. `due`: its value ends within 14 days. */
export const SECRET_STATES = [
  "revoked",
  "no-value",
  "incomplete",
  "expired",
  "due",
  "healthy",
] as const;
export const secretState = z.enum(SECRET_STATES);
export type SecretState = z.infer<typeof secretState>;

/** Metadata that may be missing or malformed [META-1]. */
export const METADATA_FIELDS = [
  "owner",
  "service",
  "data-classification",
  "tier",
  "rotation-period",
  "last-rotated",
] as const;

export const secretRow = z.strictObject({
  secret: secretId,
  name: z.string(),
  environment,
  type: z.enum(SECRET_TYPES),
  category: z.string(),
  owner: z.string().nullable(),
  service: z.string().nullable(),
  dataClassification: z.string().nullable(),
  tier: z.string().nullable(),
  rotationPeriodDays: z.int().nullable(),
  state: secretState,
  version: z.int().nullable(),
  valueAddedAt: instant.nullable(),
  /** When the value is no longer handed out; null where that cannot be told. */
  valueEndsAt: instant.nullable(),
  /** What keeps it from being handed out: the field, and a sentence. */
  gaps: z.array(z.strictObject({ field: z.enum(METADATA_FIELDS), message: z.string() })),
  registeredAt: instant,
  lastReadAt: instant.nullable(),
});
export type SecretRow = z.infer<typeof secretRow>;

export const secretFilters = z.strictObject({
  /** Part of the name, anywhere in it; recursive below slashes. */
  q: z.string().max(256).optional(),
  environment: z.array(environment).optional(),
  service: z.array(z.string().max(64)).max(50).optional(),
  owner: z.array(z.string().max(64)).max(50).optional(),
  type: z.array(z.enum(SECRET_TYPES)).optional(),
  tier: z.array(z.enum([...TIERS, "none"])).optional(),
  classification: z.array(z.string().max(64)).max(10).optional(),
  state: z.array(secretState).optional(),
  missing: z.array(z.enum(METADATA_FIELDS)).optional(),
});

export const SECRET_SORTS = ["name", "ends-first", "newest-first"] as const;

export const secretsContract = {
  list: {
    input: z.strictObject({
      ...secretFilters.shape,
      sort: z.enum(SECRET_SORTS).default("name"),
      ...pageInput,
    }),
    output: pageOf(secretRow),
  },
  /** Counts for the chips: of all that the other filters leave. */
  facets: {
    input: secretFilters,
    output: z.strictObject({
      total: z.int(),
      state: facet,
      environment: facet,
      service: facet,
      tier: facet,
      type: facet,
      classification: facet,
      missing: facet,
    }),
  },
  detail: {
    input: z.strictObject({ secret: secretId }),
    output: z.strictObject({
      row: secretRow,
      policyDigest: z.string(),
      versions: z.array(
        z.strictObject({
          version: z.int(),
          addedAt: instant,
          entry: z.int(),
          current: z.boolean(),
        }),
      ),
      /** Who can open it now: people by a grant that is active. */
      readers: z.array(
        z.strictObject({
          person: personRef,
          request: requestId,
          device: z.string(),
          usesLeft: z.int(),
          expiresAt: instant,
        }),
      ),
      /** Workloads that may fetch it. */
      bindings: z.array(
        z.strictObject({ binding: bindingId, workload: z.string(), expiresAt: instant }),
      ),
      /** Newest first, 20 at most. An intent without a done counts as disclosed. */
      reads: z.array(
        z.strictObject({
          person: personRef,
          request: requestId,
          use: z.int(),
          version: z.int(),
          at: instant,
          done: z.boolean(),
          entry: z.int(),
        }),
      ),
      /** Sentences: what would stop it from being handed out today. Empty: nothing. */
      blocking: z.array(z.string()),
      /** Who must sign a request for it, beside whoever asks; null while the key service does not answer. */
      chain: z.array(z.array(role)).nullable(),
      /** What this person may do here; the sentence says why not. */
      may: z.strictObject({
        request: z.string().nullable(),
        edit: z.string().nullable(),
        bind: z.string().nullable(),
        revoke: z.string().nullable(),
      }),
    }),
  },
  /** Secrets by part of their name, for the command palette and the field of a new request. */
  suggest: {
    input: z.strictObject({ q: z.string().max(256), limit: z.int().min(1).max(20).default(8) }),
    output: z.array(secretRow),
  },
  /** One draft for each change of metadata: signed at the desk, all with one touch. */
  draftEdit: {
    input: z.strictObject({
      edits: z
        .array(
          z.strictObject({
            secret: secretId,
            change: z.strictObject({
              owner: z.string().max(64).nullable().optional(),
              service: z.string().max(64).nullable().optional(),
              dataClassification: z.string().max(64).nullable().optional(),
              tier: z.string().max(64).nullable().optional(),
              rotationPeriodDays: z.int().min(0).max(36_500).nullable().optional(),
            }),
          }),
        )
        .min(1)
        .max(50),
      returnTo,
    }),
    /** `link` signs all. `refused`: those that cannot be changed so, and why. */
    output: z.strictObject({
      link: z.url().nullable(),
      drafts: z.array(z.strictObject({ secret: secretId, drafted })),
      refused: z.array(z.strictObject({ secret: secretId, message: z.string() })),
    }),
  },
  /** What a form for a new secret needs: the person's own services, and the kinds there are. */
  registerChoices: {
    input: z.void(),
    output: z.strictObject({
      services: z.array(z.string()),
      kinds: z.array(
        z.strictObject({ category: z.enum(SECRET_CATEGORIES), type: z.enum(SECRET_TYPES) }),
      ),
    }),
  },
  /**
   * Draws up a new secret with its metadata. No value passes here: the key service generates one that nobody
   * sees, or one is put later from the command line.
   */
  draftRegister: {
    input: z.strictObject({
      name: secretName,
      category: z.enum(SECRET_CATEGORIES),
      owner: z.string().min(1).max(64).nullable(),
      dataClassification: z.enum(DATA_CLASSIFICATIONS).nullable(),
      tier: z.enum(TIERS).nullable(),
      rotationPeriodDays: z.int().min(0).max(36_500).nullable(),
      value: z.enum(["generated", "later"]),
      returnTo,
    }),
    output: drafted,
  },
  draftRevoke: {
    input: z.strictObject({ secret: secretId, reason: z.string().max(1000), returnTo }),
    output: drafted,
  },
} as const;
