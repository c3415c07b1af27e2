import type { SealedValue } from "./acts.ts";
import { utf8 } from "./bytes.ts";
import { canonicalise } from "./canonical.ts";
import { DIGEST_DOMAINS, digestOf } from "./digest.ts";
import type { Digest } from "./ids.ts";

/*
 * How a value comes in: the key service offers a fresh key (the intake), signed with the release key that
 * the command line pinned at login; the command line seals one value to it with HPKE (RFC 9180, the suite
 * of release-message.ts). Who stands between them can neither read the value nor put its own key there.
 */

/** `publicKey`: P-256, uncompressed point, base64url. */
export type IntakeKey = { readonly intake: string; readonly publicKey: string };

/** What the key service signs, with ECDSA P-256 and SHA-256, when it offers an intake. */
export function intakeSignedBytes({ intake, publicKey }: IntakeKey): Uint8Array<ArrayBuffer> {
  return utf8(DIGEST_DOMAINS.intake + canonicalise({ intake, publicKey }));
}

/** Bytes that HPKE binds as `info`, so that what was sealed to one intake opens with no other. */
export function intakeInfo(intake: string): Uint8Array<ArrayBuffer> {
  return utf8(`${DIGEST_DOMAINS.intake}${intake}`);
}

/** Digest of what the command line sent: stands in the statement, and the terminal shows the same. */
export function sealedValueDigest({ intake, enc, ciphertext }: SealedValue): Promise<Digest> {
  return digestOf("sealed", { intake, enc, ciphertext });
}
