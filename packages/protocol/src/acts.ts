import * as z from "zod";
import {
  base64urlBytes,
  bindingId,
  commitment,
  credentialId,
  deviceId,
  digest,
  personId,
  requestId,
} from "./ids.ts";
import { instant } from "./instants.ts";
import { secretName, spiffeId } from "./names.ts";
import { secretPolicy } from "./policy.ts";
import { assignment } from "./roles.ts";
import { issuer, subject } from "./sign-in.ts";
import { MAX_SECRETS_PER_REQUEST } from "./statement.ts";
import { SECRET_CATEGORIES, SECRET_TYPES } from "./taxonomy.ts";
import { OPENED_TEXT } from "./text.ts";

/*
 * What somebody wants to do, before the key service drafts the statement for it: names and plain text
 * in, ids, digests, commitments and a nonce out. Whoever drafts can ask for anything; only what a
 * person then signs at the desk has any effect.
 */

/** HPKE (RFC 9180) message to one intake key of the key service: `enc` 65 bytes, ciphertext = value + 16-byte tag. */
export const sealedValue = z.strictObject({
  intake: z.string().max(64),
  enc: base64urlBytes(65, 65),
  ciphertext: base64urlBytes(17, 65_552),
});
export type SealedValue = z.infer<typeof sealedValue>;

const valueInput = z.discriminatedUnion("source", [
  z.strictObject({ source: z.literal("sealed"), sealed: sealedValue }),
  /** `length` in characters; null for the default of the secret's type. */
  z.strictObject({ source: z.literal("generated"), length: z.int().min(1).max(512).nullable() }),
]);
export type ValueInput = z.infer<typeof valueInput>;

const bindingInput = z.strictObject({
  workload: spiffeId,
  proof: z.enum(["end-to-end", "gateway-vouched"]),
  expiresAt: instant,
});

const { justification, ticket, reason } = OPENED_TEXT;

export const act = z.discriminatedUnion("act", [
  z.strictObject({
    act: z.literal("request"),
    secrets: z.array(secretName).min(1).max(MAX_SECRETS_PER_REQUEST),
    justification,
    ticket,
    /** Null: from now on. */
    notBefore: instant.nullable(),
    durationSeconds: z.int().min(60).max(86_400),
    maxUses: z.int().min(1).max(100),
    device: deviceId,
  }),
  z.strictObject({ act: z.literal("approve"), proposal: digest, reason: reason.nullable() }),
  z.strictObject({ act: z.literal("deny"), proposal: digest, reason }),
  z.strictObject({ act: z.literal("withdraw"), proposal: digest, reason: reason.nullable() }),
  z.strictObject({
    act: z.literal("register-secret"),
    name: secretName,
    type: z.enum(SECRET_TYPES),
    category: z.enum(SECRET_CATEGORIES),
    policy: secretPolicy,
    value: valueInput.nullable(),
    bindings: z.array(bindingInput).max(20),
  }),
  z.strictObject({ act: z.literal("put-value"), name: secretName, value: valueInput }),
  z.strictObject({ act: z.literal("edit-secret"), name: secretName, after: secretPolicy }),
  z.strictObject({ act: z.literal("reclassify-secret"), name: secretName, after: secretPolicy }),
  z.strictObject({
    act: z.literal("change-role"),
    person: personId,
    after: z.array(assignment).max(50),
  }),
  z.strictObject({ act: z.literal("link-identity"), person: personId, issuer, subject }),
  z.strictObject({ act: z.literal("bind-workload"), name: secretName, binding: bindingInput }),
  z.strictObject({
    act: z.literal("revoke"),
    subject: z.discriminatedUnion("type", [
      z.strictObject({ type: z.literal("grant"), request: requestId }),
      z.strictObject({ type: z.literal("device"), device: deviceId }),
      z.strictObject({ type: z.literal("key"), credential: credentialId }),
      z.strictObject({ type: z.literal("binding"), binding: bindingId }),
      z.strictObject({ type: z.literal("secret"), name: secretName }),
      z.strictObject({ type: z.literal("person"), person: personId }),
      z.strictObject({ type: z.literal("identity"), account: commitment }),
    ]),
    reason,
  }),
]);
export type Act = z.infer<typeof act>;
export type ActOf<K extends Act["act"]> = Extract<Act, { act: K }>;
