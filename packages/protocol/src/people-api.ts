import * as z from "zod";
import { act, sealedValue } from "./acts.ts";
import {
  base64urlBytes,
  credentialId,
  digest,
  draftId,
  personId,
  requestId,
  secretId,
} from "./ids.ts";
import { instant } from "./instants.ts";
import { secretName, tenantId } from "./names.ts";
import { openings } from "./openings.ts";
import { releaseMessage } from "./release-message.ts";
import { assignment } from "./roles.ts";
import { OPENED_TEXT } from "./text.ts";
import {
  bindingView,
  candidate,
  deviceView,
  personView,
  proposalView,
  secretView,
  signatureLine,
  signOutcome,
} from "./views.ts";

/*
 * The people-API of the key service, on the desk's listener. Every call is `POST <path>` with a JSON
 * body and answers 200 with the output, or RFC 9457 problem details. Three callers, three proofs:
 *   none     anybody; gives away nothing
 *   session  the desk page, after *identify* with a hardware key: HttpOnly cookie, 10 minutes, draws up and shows, opens nothing
 *   device   the command line: each call signed by the enrolled device key (see device-call.ts)
 */

/** WebAuthn option and response objects pass as JSON (WebAuthn Level 3, sections 5.1.8 to 5.1.10); judged where used. */
const webauthnJson = z.record(z.string(), z.unknown());

const nothing = z.strictObject({});
const token = z.string().min(20).max(100);

export const PEOPLE_API = {
  // ---- desk page
  "/desk/v1/enrolment/begin": {
    caller: "none",
    input: z.strictObject({ token }),
    output: z.strictObject({ person: z.string(), tenant: tenantId, options: webauthnJson }),
  },
  "/desk/v1/enrolment/finish": {
    caller: "none",
    input: z.strictObject({ token, registration: webauthnJson }),
    output: z.strictObject({ draft: draftId }),
  },
  /** A further key: options for the person of the session; finish drafts a statement that the old key signs. */
  "/desk/v1/further-key/begin": {
    caller: "session",
    input: nothing,
    output: z.strictObject({ options: webauthnJson }),
  },
  "/desk/v1/further-key/finish": {
    caller: "session",
    input: z.strictObject({ registration: webauthnJson }),
    output: z.strictObject({ draft: draftId }),
  },
  "/desk/v1/identify/begin": {
    caller: "none",
    input: nothing,
    output: z.strictObject({ options: webauthnJson }),
  },
  "/desk/v1/identify/finish": {
    caller: "none",
    input: z.strictObject({ assertion: webauthnJson }),
    output: z.strictObject({ person: personId, name: z.string(), tenant: tenantId }),
  },
  "/desk/v1/session/end": { caller: "session", input: nothing, output: nothing },
  "/desk/v1/inbox": {
    caller: "session",
    input: nothing,
    output: z.strictObject({
      name: z.string(),
      tenant: tenantId,
      waiting: z.array(proposalView),
      mine: z.array(proposalView),
    }),
  },
  "/desk/v1/proposals/read": {
    caller: "session",
    input: z.strictObject({ proposal: z.union([digest, requestId]) }),
    output: z.strictObject({ view: proposalView, cannot: z.string().nullable() }),
  },
  "/desk/v1/proposals/decide": {
    caller: "session",
    input: z.strictObject({
      proposals: z.array(digest).min(1).max(50),
      decision: z.enum(["approve", "deny", "withdraw"]),
      reason: OPENED_TEXT.reason.nullable(),
    }),
    output: z.strictObject({ drafts: z.array(draftId) }),
  },
  /** Whoever holds a draft's id may read it: the id has 128 random bits and reading gives no right. */
  "/desk/v1/drafts/read": {
    caller: "none",
    input: z.strictObject({ drafts: z.array(draftId).min(1).max(50) }),
    output: z.strictObject({
      drafts: z.array(
        z.strictObject({ draft: draftId, statement: base64urlBytes(2, 16_384), openings }),
      ),
      /** Credential ids that may sign, and the rpId; the page computes the challenge from the bytes itself. */
      rpId: z.string(),
      allowCredentials: z.array(credentialId),
    }),
  },
  "/desk/v1/drafts/sign": {
    caller: "none",
    input: z.strictObject({ drafts: z.array(draftId).min(1).max(50), assertion: webauthnJson }),
    output: z.strictObject({
      outcomes: z.array(signOutcome),
      /** Where the page goes next: a path of the desk, or the loopback address of the command line. */
      next: z.string().nullable(),
    }),
  },
  "/desk/v1/drafts/decline": {
    caller: "none",
    input: z.strictObject({ drafts: z.array(draftId).min(1).max(50) }),
    output: nothing,
  },
  /** The address that a path of the console stands for; null where the desk does not lead there. */
  "/desk/v1/return": {
    caller: "none",
    input: z.strictObject({ path: z.string().max(2000) }),
    output: z.strictObject({ url: z.string().nullable() }),
  },
  "/desk/v1/device-logins/read": {
    caller: "session",
    input: z.strictObject({ login: token }),
    output: z.strictObject({
      label: z.string(),
      /** Which of the four words the person must type (1 to 4), or null where the browser runs on the same machine. */
      wordWanted: z.int().min(1).max(4).nullable(),
    }),
  },
  "/desk/v1/device-logins/claim": {
    caller: "session",
    input: z.strictObject({ login: token, word: z.string().max(20).nullable() }),
    output: z.strictObject({ draft: draftId }),
  },

  // ---- command line
  "/people/v1/hello": {
    caller: "none",
    input: nothing,
    output: z.strictObject({
      mode: z.enum(["development", "production"]),
      ledgerOrigin: z.string(),
      deskOrigin: z.string(),
      /** SPKI, DER: signs releases and intake keys; pinned at login. */
      releaseKey: base64urlBytes(64, 256),
      /** SPKI, DER: signs checkpoints. */
      logKey: base64urlBytes(64, 256),
      witnesses: z.array(z.strictObject({ name: z.string(), publicKey: base64urlBytes(32, 32) })),
      /** How many of them must have cosigned a checkpoint before a value leaves. */
      witnessQuorum: z.int().min(1),
    }),
  },
  "/people/v1/device-logins/begin": {
    caller: "none",
    input: z.strictObject({
      /** Ed25519, raw. */
      publicKey: base64urlBytes(32, 32),
      label: OPENED_TEXT["device-label"],
      /** Port of the command line's listener on 127.0.0.1, or null where no browser runs on this machine. */
      loopbackPort: z.int().min(1024).max(65_535).nullable(),
    }),
    output: z.strictObject({ login: token, link: z.string() }),
  },
  /** Signed with the device key that `begin` named. `code` came over the loopback; null in the typed-word way. */
  "/people/v1/device-logins/finish": {
    caller: "none",
    input: z.strictObject({
      login: token,
      code: token.nullable(),
      signature: base64urlBytes(64, 64),
    }),
    output: z.discriminatedUnion("status", [
      z.strictObject({ status: z.literal("waiting") }),
      z.strictObject({
        status: z.literal("enrolled"),
        device: deviceView,
        person: personId,
        name: z.string(),
        tenant: tenantId,
      }),
    ]),
  },
  "/people/v1/whoami": {
    caller: "device",
    input: nothing,
    output: z.strictObject({
      person: personId,
      name: z.string(),
      tenant: tenantId,
      roles: z.array(assignment),
      device: deviceView,
      keys: z.array(z.strictObject({ credential: credentialId, enrolledAt: instant })),
    }),
  },
  /** Everybody of the tenant, to officers and security admins; themselves, to anybody else. */
  "/people/v1/people/list": {
    caller: "device",
    input: nothing,
    output: z.strictObject({ people: z.array(personView) }),
  },
  "/people/v1/secrets/list": {
    caller: "device",
    input: z.strictObject({ prefix: z.string().max(256) }),
    output: z.strictObject({ secrets: z.array(secretView) }),
  },
  "/people/v1/secrets/show": {
    caller: "device",
    input: z.strictObject({ name: secretName }),
    output: secretView.extend({ bindings: z.array(bindingView) }),
  },
  /** A fresh key to seal one value to; lives 15 minutes in the key service's memory. */
  "/people/v1/intake": {
    caller: "device",
    input: nothing,
    output: z.strictObject({
      intake: z.string(),
      /** P-256, uncompressed point. */
      publicKey: base64urlBytes(65, 65),
      /** By the release key, over the intake's id and key. */
      signature: base64urlBytes(64, 64),
    }),
  },
  "/people/v1/drafts": {
    caller: "device",
    input: z.strictObject({ act }),
    output: z.strictObject({
      draft: draftId,
      /** Link to the desk. */
      link: z.string(),
      statement: base64urlBytes(2, 16_384),
      openings,
      lines: z.array(signatureLine),
      candidates: z.array(candidate),
    }),
  },
  "/people/v1/drafts/status": {
    caller: "device",
    input: z.strictObject({ draft: draftId }),
    output: z.strictObject({
      status: z.enum(["waiting", "signed", "declined", "expired"]),
      proposal: digest.nullable(),
      index: z.int().nullable(),
    }),
  },
  "/people/v1/proposals/list": {
    caller: "device",
    input: z.strictObject({ which: z.enum(["mine", "waiting-for-me"]) }),
    output: z.strictObject({ proposals: z.array(proposalView) }),
  },
  "/people/v1/proposals/show": {
    caller: "device",
    input: z.strictObject({ proposal: z.union([digest, requestId]) }),
    output: proposalView,
  },
  /** Opens one use. Retrying with the same use and key on the same device gives the same use again, until the grant ends. */
  "/people/v1/grants/open": {
    caller: "device",
    input: z.strictObject({
      request: requestId,
      secret: secretId,
      /** 1..maxUses. */
      use: z.int().min(1).max(100),
      /** P-256, uncompressed point: the HPKE key made for this request. */
      recipientKey: base64urlBytes(65, 65),
    }),
    output: releaseMessage,
  },
  /** Is this candidate the stored value? Rate-limited and recorded. */
  "/people/v1/values/check": {
    caller: "device",
    input: z.strictObject({ name: secretName, candidate: sealedValue }),
    output: z.strictObject({ equal: z.boolean(), version: z.int() }),
  },
  /**
   * The newest checkpoint, with the cosignatures that came in time. With `atLeast`, the newest one of at
   * least that many entries that the quorum has cosigned, where one comes in time; else as without.
   */
  "/people/v1/log/checkpoint": {
    caller: "device",
    input: z.strictObject({ atLeast: z.int().min(1).optional() }),
    output: z.strictObject({ note: z.string() }),
  },
  "/people/v1/log/consistency": {
    caller: "device",
    input: z.strictObject({ from: z.int().min(0), to: z.int().min(0) }),
    output: z.strictObject({ proof: z.array(digest) }),
  },
  /** `entry` where it names the caller, records or decides a proposal that they may see, or enrols a key that signed one. */
  "/people/v1/log/inclusion": {
    caller: "device",
    input: z.strictObject({ index: z.int().min(0), size: z.int().min(1) }),
    output: z.strictObject({
      leafHash: digest,
      proof: z.array(digest),
      entry: base64urlBytes(2, 65_535).nullable(),
    }),
  },
  /** Which entry enrolled the key: what a signature under a proposal is checked with stands there. */
  "/people/v1/log/key": {
    caller: "device",
    input: z.strictObject({ credential: credentialId }),
    output: z.strictObject({ index: z.int().min(0) }),
  },
} as const satisfies Record<
  string,
  {
    readonly caller: "none" | "session" | "device";
    readonly input: z.ZodType;
    readonly output: z.ZodType;
  }
>;

export type PeopleApiPath = keyof typeof PEOPLE_API;
export type PeopleApiInput<P extends PeopleApiPath> = z.infer<(typeof PEOPLE_API)[P]["input"]>;
export type PeopleApiOutput<P extends PeopleApiPath> = z.infer<(typeof PEOPLE_API)[P]["output"]>;
