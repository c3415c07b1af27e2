import { createPublicKey, verify } from "node:crypto";
import { fromBase64url } from "@countersign/protocol/bytes";

/**
 * Whether `signature` (ECDSA P-256, `r || s`, base64url) over `bytes` is by the key that was pinned at
 * login. A pinned key that is not a P-256 key verifies nothing.
 */
export function isByReleaseKey(
  releaseKey: Uint8Array,
  bytes: Uint8Array,
  signature: string,
): boolean {
  const raw = fromBase64url(signature);
  if (raw?.length !== 64) return false;
  try {
    const key = createPublicKey({ key: Buffer.from(releaseKey), format: "der", type: "spki" });
    if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1") return false;
    return verify("sha256", bytes, { key, dsaEncoding: "ieee-p1363" }, raw);
  } catch {
    return false;
  }
}
