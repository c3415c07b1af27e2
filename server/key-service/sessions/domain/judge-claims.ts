import type { Digest } from "@countersign/protocol/ids";
import { type Instant, toInstant, toMilliseconds } from "@countersign/protocol/instants";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import { subject } from "@countersign/protocol/sign-in";
import { z } from "zod";
import { err, ok, type Result } from "../../../kernel/result.ts";
import { MAX_SESSION_SECONDS } from "./session.ts";

/** Clocks of identity providers may differ from ours by this much. */
export const LEEWAY_SECONDS = 60;

/** Seconds since 1970, between the years 2000 and 2099. */
const time = z.int().min(946_684_800).max(4_102_444_799);
const audience = z.string().min(1).max(300);

/** The claims that are looked at; whatever else a token says has no meaning here. */
export const claimsSchema = z.object({
  iss: z.string().max(300),
  sub: subject,
  aud: z.union([audience, z.array(audience).min(1).max(10)]),
  azp: audience.optional(),
  exp: time,
  iat: time,
  nbf: time.optional(),
  auth_time: time.optional(),
  nonce: z.string().max(100),
});
export type Claims = z.infer<typeof claimsSchema>;

/**
 * Whether these claims are of a sign-in of now, for this client and this session. The issuer has been
 * looked up and the signature verified before.
 */
export function judgeClaims(
  claims: Claims,
  expected: { readonly clientId: string; readonly nonce: Digest },
  now: Instant,
): Result<{ readonly subject: string; readonly authenticatedAt: Instant }, Refusal> {
  const no = whyNot(claims, expected, toMilliseconds(now) / 1000);
  if (no !== null) return err(rejected(no));
  const signedInAt = claims.auth_time ?? claims.iat;
  const at = Math.min(signedInAt * 1000, toMilliseconds(now));
  return ok({ subject: claims.sub, authenticatedAt: toInstant(at) });
}

function whyNot(
  { aud, azp, exp, iat, nbf, auth_time, nonce }: Claims,
  { clientId, nonce: expectedNonce }: { readonly clientId: string; readonly nonce: Digest },
  now: number,
): string | null {
  const audiences = typeof aud === "string" ? [aud] : aud;
  if (!audiences.includes(clientId)) return "it is for another client";
  // OpenID Connect Core section 3.1.3.7, 3 to 5: of several audiences, one asked for it.
  if (azp === undefined ? audiences.length > 1 : azp !== clientId) {
    return "another client asked for it";
  }
  if (nonce !== expectedNonce) return "it was obtained for another session";
  if (exp + LEEWAY_SECONDS <= now) return "it has expired";
  if (iat - LEEWAY_SECONDS > now || (nbf ?? iat) - LEEWAY_SECONDS > now) {
    return "it is of a time that has not come";
  }
  const signedInAt = auth_time ?? iat;
  if (exp <= iat || signedInAt - LEEWAY_SECONDS > iat) return "its times contradict each other";
  if (signedInAt + MAX_SESSION_SECONDS <= now) return "the sign-in is older than 12 hours";
  return null;
}

/** `why` finishes the sentence; it never holds anything of the token. */
export function rejected(why: string): Refusal {
  return refuse(
    "identity-rejected",
    `What the identity provider sent does not hold: ${why}. Sign in once more.`,
  );
}
