import * as z from "zod";
import { utf8 } from "./bytes.ts";
import { canonicalise } from "./canonical.ts";
import { DIGEST_DOMAINS } from "./digest.ts";
import { base64urlBytes, deviceId, requestId, secretId } from "./ids.ts";

/** 65,536 bytes of value and a 16-byte tag. */
const MAX_CIPHERTEXT_BYTES = 65_552;

/**
 * What a released value is for: one use of one grant, on one device, recorded in the ledger at
 * `intent` before it was sealed.
 */
export const releaseContext = z.strictObject({
  request: requestId,
  /** 1..maxUses of the request. */
  use: z.int().min(1).max(100),
  device: deviceId,
  secret: secretId,
  secretVersion: z.int().min(1).max(1_000_000),
  /** Index of the ledger's release-intent entry. */
  intent: z.int().min(0),
});
export type ReleaseContext = z.infer<typeof releaseContext>;

/**
 * A value on its way to a person's device: HPKE (RFC 9180 base mode: DHKEM(P-256, HKDF-SHA256),
 * HKDF-SHA256, AES-256-GCM) to the key made for the request, signed by the key service.
 *
 * `enc` is the 65-byte encapsulated key, `ciphertext` the value and its tag, `signature` ECDSA P-256
 * `r || s` over `releaseSignedBytes`, by the release key that was pinned at login. HPKE's base mode says
 * nothing of the sender: a message is opened only after its signature held.
 */
export const releaseMessage = z.strictObject({
  kind: z.literal("release/v1"),
  ...releaseContext.shape,
  enc: base64urlBytes(65, 65),
  ciphertext: base64urlBytes(17, MAX_CIPHERTEXT_BYTES),
  signature: base64urlBytes(64, 64),
});
export type ReleaseMessage = z.infer<typeof releaseMessage>;

/** Bytes that HPKE binds as `info`: the context, so that a ciphertext opens under no other one. */
export function releaseInfo(context: ReleaseContext): Uint8Array<ArrayBuffer> {
  return utf8(DIGEST_DOMAINS.release + canonicalise(contextOf(context)));
}

/**
 * What the key service signs, with ECDSA P-256 and SHA-256: the release domain and the canonical form
 * of everything but the signature.
 */
export function releaseSignedBytes(
  message: Omit<ReleaseMessage, "signature">,
): Uint8Array<ArrayBuffer> {
  const { kind, enc, ciphertext } = message;
  return utf8(
    DIGEST_DOMAINS.release + canonicalise({ kind, ...contextOf(message), enc, ciphertext }),
  );
}

function contextOf(context: ReleaseContext): ReleaseContext {
  const { request, use, device, secret, secretVersion, intent } = context;
  return { request, use, device, secret, secretVersion, intent };
}
