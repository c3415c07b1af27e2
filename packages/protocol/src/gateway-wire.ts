import * as z from "zod";
import { digest } from "./ids.ts";
import { instant } from "./instants.ts";
import { secretName, spiffeId } from "./names.ts";
import { REFUSAL_CODES } from "./refusals.ts";
import { SECRET_TYPES } from "./taxonomy.ts";

/**
 * What a gateway and the key service say to each other, in frames over a unix socket. Every question is
 * JSON; the answer to a fetch is a head of JSON and then the value's bytes, which never become text here.
 */
export const GATEWAY_QUESTION = { hello: 1, fetch: 2 } as const;
export const GATEWAY_ANSWER = { welcome: 1, value: 2, refusal: 3 } as const;

export const MAX_QUESTION_BYTES = 4_096;
/** A value has 64 KiB at most; the head is small. */
export const MAX_ANSWER_BYTES = 80_000;

const correlation = z.string().regex(/^[0-9a-hjkmnp-tv-z]{16}$/, "16 characters of base32");

/** At least 32 random bytes, as hexadecimal digits or base64url. */
export const gatewayCredential = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43,100}$/, "43 to 100 letters, digits, hyphens and underscores");

/** First on every connection; anything else before it ends the connection. */
export const gatewayHello = z.strictObject({
  v: z.literal(1),
  credential: gatewayCredential,
});

export const gatewayFetch = z.strictObject({
  workload: spiffeId,
  certificate: digest,
  name: secretName,
  correlation,
});
export type GatewayFetch = z.infer<typeof gatewayFetch>;

/** What comes with a value. */
export const fetchedHead = z.strictObject({
  name: secretName,
  version: z.int().min(1),
  type: z.enum(SECRET_TYPES),
  expiresAt: instant.nullable(),
  /** Index of the ledger entry that says it left. */
  intent: z.int().min(0),
});
export type FetchedHead = z.infer<typeof fetchedHead>;

export const gatewayRefusal = z.strictObject({
  code: z.enum(REFUSAL_CODES),
  message: z.string().max(1_000),
});
