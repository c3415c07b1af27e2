import * as z from "zod";

/**
 * Every reason to refuse, in one union; one exhaustive map to HTTP status and command-line exit code.
 * The sentence that goes with a refusal says what happened and what to do; it never holds a value, a
 * token or the text of somebody else's data.
 *
 * Exit codes: 2 wrong use · 3 not signed in or no right · 4 waits for people · 5 refused or ended ·
 * 6 not found · 7 unavailable, try again · 8 the other side is not who it should be.
 */
export const REFUSALS = {
  malformed: { status: 400, exit: 2 },
  "too-large": { status: 413, exit: 2 },
  "not-signed-in": { status: 401, exit: 3 },
  "not-allowed": { status: 403, exit: 3 },
  "not-found": { status: 404, exit: 6 },
  "rate-limited": { status: 429, exit: 7 },
  unavailable: { status: 503, exit: 7 },
  "clock-differs": { status: 503, exit: 7 },

  "draft-gone": { status: 410, exit: 5 },
  "draft-expired": { status: 410, exit: 5 },
  "statement-malformed": { status: 400, exit: 2 },
  "assertion-rejected": { status: 403, exit: 3 },
  "key-locked": { status: 403, exit: 3 },
  "key-revoked": { status: 403, exit: 3 },
  "key-taken": { status: 409, exit: 5 },
  "nonce-used": { status: 409, exit: 5 },
  "rules-changed": { status: 409, exit: 5 },
  "facts-differ": { status: 409, exit: 5 },
  "invitation-used": { status: 410, exit: 5 },

  "identity-rejected": { status: 403, exit: 3 },
  "not-linked": { status: 403, exit: 3 },
  "sign-in-needed": { status: 403, exit: 3 },

  "own-proposal": { status: 403, exit: 3 },
  "same-person-twice": { status: 409, exit: 5 },
  "enrolled-too-recently": { status: 403, exit: 3 },
  "no-step-left": { status: 409, exit: 5 },
  "already-decided": { status: 409, exit: 5 },
  "already-exists": { status: 409, exit: 5 },

  "metadata-incomplete": { status: 409, exit: 5 },
  "no-value": { status: 409, exit: 5 },
  "secret-changed": { status: 409, exit: 5 },
  "secret-revoked": { status: 410, exit: 5 },
  "value-expired": { status: 410, exit: 5 },
  "value-rejected": { status: 422, exit: 2 },
  "not-approved": { status: 409, exit: 4 },
  "not-yet": { status: 409, exit: 4 },
  "grant-expired": { status: 410, exit: 5 },
  "grant-revoked": { status: 410, exit: 5 },
  "uses-spent": { status: 409, exit: 5 },
  "binding-ended": { status: 403, exit: 5 },
  "other-device": { status: 403, exit: 3 },
  "device-inactive": { status: 403, exit: 3 },
  "tampering-found": { status: 500, exit: 8 },
} as const satisfies Record<string, { readonly status: number; readonly exit: number }>;

export type RefusalCode = keyof typeof REFUSALS;
export const REFUSAL_CODES = Object.keys(REFUSALS) as RefusalCode[]; // keys of a literal object

/** `message`: what happened and what to do, in one or two sentences that anybody may read. */
export type Refusal = { readonly code: RefusalCode; readonly message: string };

export const refuse = (code: RefusalCode, message: string): Refusal => ({ code, message });

/** RFC 9457 problem details as every listener sends them. */
export const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(REFUSAL_CODES),
  /** Finds the refusal in the service's log and, where one was written, in the ledger. */
  correlation: z.string(),
});
export type Problem = z.infer<typeof problem>;

/** `status` differs from the code's own only where HTTP has a finer word. */
export function problemOf(
  { code, message }: Refusal,
  correlation: string,
  status: number = REFUSALS[code].status,
): Problem {
  const title = code.replaceAll("-", " ");
  return {
    type: `urn:countersign:refusal:${code}`,
    title,
    status,
    detail: message,
    code,
    correlation,
  };
}
