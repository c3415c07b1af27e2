import type { Refusal, RefusalCode } from "@countersign/protocol/refusals";
import { TRPCError } from "@trpc/server";
import { type TRPC_ERROR_CODE_KEY, TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";

/** The one door for refusals: each code to the one of tRPC's that pages react to. A new code does not compile without. */
const TRPC_CODES = {
  malformed: "BAD_REQUEST",
  "too-large": "PAYLOAD_TOO_LARGE",
  "not-signed-in": "UNAUTHORIZED",
  "not-allowed": "FORBIDDEN",
  "not-found": "NOT_FOUND",
  "rate-limited": "TOO_MANY_REQUESTS",
  unavailable: "SERVICE_UNAVAILABLE",
  "clock-differs": "SERVICE_UNAVAILABLE",
  "draft-gone": "NOT_FOUND",
  "draft-expired": "CONFLICT",
  "statement-malformed": "BAD_REQUEST",
  "assertion-rejected": "FORBIDDEN",
  "key-locked": "FORBIDDEN",
  "key-revoked": "FORBIDDEN",
  "key-taken": "CONFLICT",
  "nonce-used": "CONFLICT",
  "rules-changed": "CONFLICT",
  "facts-differ": "CONFLICT",
  "invitation-used": "CONFLICT",
  "identity-rejected": "FORBIDDEN",
  "not-linked": "FORBIDDEN",
  "sign-in-needed": "UNAUTHORIZED",
  "own-proposal": "FORBIDDEN",
  "same-person-twice": "CONFLICT",
  "enrolled-too-recently": "FORBIDDEN",
  "no-step-left": "CONFLICT",
  "already-decided": "CONFLICT",
  "already-exists": "CONFLICT",
  "metadata-incomplete": "CONFLICT",
  "no-value": "CONFLICT",
  "secret-changed": "CONFLICT",
  "secret-revoked": "CONFLICT",
  "value-expired": "CONFLICT",
  "value-rejected": "UNPROCESSABLE_CONTENT",
  "not-approved": "CONFLICT",
  "not-yet": "CONFLICT",
  "grant-expired": "CONFLICT",
  "grant-revoked": "CONFLICT",
  "uses-spent": "CONFLICT",
  "other-device": "FORBIDDEN",
  "device-inactive": "FORBIDDEN",
  "binding-ended": "FORBIDDEN",
  "tampering-found": "INTERNAL_SERVER_ERROR",
} as const satisfies Record<RefusalCode, TRPC_ERROR_CODE_KEY>;

/** A refusal on its way to a page. Its message is for people; the formatter adds code and correlation. */
export class RefusalError extends TRPCError {
  readonly refusal: Refusal & { readonly correlation?: string | null };

  constructor(refusal: Refusal & { readonly correlation?: string | null }) {
    super({ code: TRPC_CODES[refusal.code], message: refusal.message });
    this.refusal = refusal;
  }
}

/** A refusal as pages read it, for whoever refuses a call before any procedure has it. */
export function errorShape({ code, message }: Refusal) {
  const known = TRPC_CODES[code];
  const data = { code: known, refusal: code, correlation: null };
  return { message, code: TRPC_ERROR_CODES_BY_KEY[known], data };
}
