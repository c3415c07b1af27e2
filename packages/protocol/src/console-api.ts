import * as z from "zod";
import { act } from "./acts.ts";
import { base64urlBytes, digest, draftId, personId, requestId, secretId } from "./ids.ts";
import { instant } from "./instants.ts";
import { tenantId } from "./names.ts";
import { openings } from "./openings.ts";
import { candidate, proposalView, secretView, signatureLine } from "./views.ts";

/*
 * What the console may ask of the key service, over a unix socket, with its bearer credential: to draft, to
 * learn what became of a draft, to take an ID token to the desk, to end sessions, and to read metadata that
 * only the fold of the ledger knows. The console is not trusted: it may name any tenant and any person, so
 * nothing here opens, approves or changes anything.
 */
const asPerson = { tenant: tenantId, person: personId } as const;

export const CONSOLE_API = {
  "/console/v1/drafts": {
    input: z.strictObject({ ...asPerson, act }),
    output: z.strictObject({
      draft: draftId,
      digest,
      /** To the desk. */
      link: z.url(),
      statement: base64urlBytes(2, 16_384),
      openings,
      lines: z.array(signatureLine),
      candidates: z.array(candidate),
    }),
  },
  "/console/v1/drafts/status": {
    input: z.strictObject({ tenant: tenantId, draft: draftId }),
    output: z.strictObject({ declined: z.boolean(), index: z.int().nullable() }),
  },
  /** `session`: SHA-256 of the console's session secret. The key service verifies the token by itself. */
  "/console/v1/sign-ins": {
    input: z.strictObject({ idToken: z.string().max(16_384), session: digest }),
    output: z.strictObject({
      draft: draftId,
      digest,
      link: z.url(),
      tenant: tenantId,
      person: personId,
      /** End of the session that the statement opens. */
      expiresAt: instant,
      /** The statement must be signed before. */
      signBy: instant,
    }),
  },
  "/console/v1/sessions/end": {
    input: z.union([
      z.strictObject({ ...asPerson, session: digest }),
      z.strictObject({ ...asPerson, all: z.literal(true) }),
    ]),
    output: z.strictObject({ ended: z.int() }),
  },
  /** Of what the person may see. `cannot`: null where they may do it now, else the sentence why not. */
  "/console/v1/proposals/read": {
    input: z.strictObject({ ...asPerson, proposal: z.union([digest, requestId]) }),
    output: z.strictObject({
      view: proposalView,
      cannot: z.strictObject({
        approve: z.string().nullable(),
        deny: z.string().nullable(),
        withdraw: z.string().nullable(),
      }),
    }),
  },
  /** Pending proposals of which this person could sign a line now, oldest first, 1000 at most. */
  "/console/v1/proposals/waiting": {
    input: z.strictObject(asPerson),
    output: z.strictObject({ proposals: z.array(digest) }),
  },
  "/console/v1/secrets/read": {
    input: z.strictObject({ tenant: tenantId, secret: secretId }),
    output: secretView,
  },
  /** The newest checkpoint. */
  "/console/v1/log/head": {
    input: z.strictObject({}),
    output: z.strictObject({
      origin: z.string(),
      size: z.int(),
      /** Standard base64, as notes write it. */
      root: z.string(),
      note: z.string(),
      /** Names of the witnesses that have cosigned it, with the time of each. */
      witnesses: z.array(z.strictObject({ name: z.string(), at: instant })),
    }),
  },
  /** `entry` is null where it names nobody and nothing of this tenant. */
  "/console/v1/log/inclusion": {
    input: z.strictObject({ tenant: tenantId, index: z.int().min(0) }),
    output: z.strictObject({
      entry: base64urlBytes(2, 65_535).nullable(),
      leafHash: digest,
      index: z.int(),
      size: z.int(),
      proof: z.array(digest),
      root: digest,
      note: z.string(),
    }),
  },
  /** How the key service and what it stands on are, as figures; the sentences are the console's. */
  "/console/v1/status": {
    input: z.strictObject({}),
    output: z.strictObject({
      at: instant,
      startedAt: instant,
      /** Asked for a signature at most every few seconds. `latencyMs` is null where it gave none. */
      hsm: z.strictObject({ isReachable: z.boolean(), latencyMs: z.number().min(0).nullable() }),
      ledger: z.strictObject({
        /** False while it is read again from the disk; then nothing is decided or released. */
        isAvailable: z.boolean(),
        size: z.int().min(0),
        /** Number of the pen's taker: it grows when another process takes over. */
        fence: z.int().min(0),
        /** Entries that wait to be durable, those that are on their way to the disk among them. */
        queued: z.int().min(0),
      }),
      witnesses: z.strictObject({
        /** How many are asked, and how many of them must cosign. */
        asked: z.int().min(0),
        quorum: z.int().min(0),
        /** What a quorum cosigned since the start, and how long ago it said so. */
        newest: z.strictObject({ size: z.int().min(0), ageSeconds: z.number().min(0) }).nullable(),
      }),
      /** `behind`: entries that lists do not show yet. `retrying`: the last attempt to write them failed. */
      projection: z.strictObject({
        state: z.enum(["running", "retrying", "stopped"]),
        behind: z.int().min(0),
      }),
      /** Of what is stored with the ledger; null before the first has come to its end. */
      lastCheck: z
        .strictObject({ at: instant, rowsCompared: z.int().min(0), found: z.int().min(0) })
        .nullable(),
      /** Connections of gateways that were welcomed. Null where no gateway is served. */
      gateways: z.int().min(0).nullable(),
    }),
  },
} as const satisfies Record<string, { readonly input: z.ZodType; readonly output: z.ZodType }>;

export type ConsoleApiPath = keyof typeof CONSOLE_API;
export type ConsoleApiInput<P extends ConsoleApiPath> = z.infer<(typeof CONSOLE_API)[P]["input"]>;
export type ConsoleApiOutput<P extends ConsoleApiPath> = z.infer<(typeof CONSOLE_API)[P]["output"]>;
