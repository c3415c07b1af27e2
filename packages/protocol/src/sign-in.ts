import * as z from "zod";
import { asDigest, digestBytes, digestToBytes } from "./digest.ts";
import type { Digest } from "./ids.ts";

/*
 * What a sign-in at an identity provider (OpenID Connect) and the statement that opens a session have in
 * common: how issuers and subjects are written, and how an ID token is bound to one session.
 */

/**
 * An issuer identifier (OpenID Connect Core section 2): scheme, lower-case host, optional port and path; no
 * query, no fragment. Compared character by character, never normalised: `https://idp` and `https://idp/`
 * are two issuers (lessons L2, L3).
 */
export const issuer = z
  .string()
  .max(200, { abort: true, error: "issuer: 200 characters at most" })
  .regex(
    /^https?:\/\/[a-z0-9](?:[a-z0-9.-]{0,100}[a-z0-9])?(?::[1-9]\d{0,4})?(?:\/[A-Za-z0-9._~-]+)*\/?$/,
    "issuer: an http or https address without query and fragment",
  )
  .brand<"Issuer">();
export type Issuer = z.infer<typeof issuer>;

/** A `sub` claim: case-sensitive ASCII, 255 at most (OpenID Connect Core section 2); no blanks here. */
export const subject = z
  .string()
  .regex(/^[!-~]{1,255}$/, "subject: 1 to 255 visible ASCII characters without blanks");

/** `https://idp.example olivia`: the one text for an account. Neither part has a blank, so it reads one way only. */
export function accountText(of: { readonly issuer: Issuer; readonly subject: string }): string {
  return `${of.issuer} ${of.subject}`;
}

/**
 * The nonce that an ID token must carry for this session:
 * `base64url(SHA-256("countersign/oidc-nonce/v1\n" || the 32 bytes of the session's digest))`. A token that
 * was obtained for one session opens no other.
 */
export async function oidcNonce(session: Digest): Promise<Digest> {
  return asDigest(await digestBytes("oidcNonce", digestToBytes(session)));
}
