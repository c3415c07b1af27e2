/** SubjectPublicKeyInfo of P-256 up to the point itself (RFC 5480 section 2). */
const P256_SPKI_PREFIX = Buffer.from("3059301306072a8648ce3d020106082a8648ce3d030107034200", "hex");
const POINT_SIZE_BYTES = 65;

/**
 * DER SubjectPublicKeyInfo from a token's `CKA_EC_POINT`: by the standard a DER OCTET STRING that holds
 * the uncompressed point, on some tokens the bare point.
 * @returns null where it is neither.
 */
export function spkiFromEcPoint(ecPoint: Buffer): Buffer | null {
  const wrapped =
    ecPoint.length === POINT_SIZE_BYTES + 2 &&
    ecPoint[0] === 0x04 &&
    ecPoint[1] === POINT_SIZE_BYTES;
  const point = wrapped ? ecPoint.subarray(2) : ecPoint;
  if (point.length !== POINT_SIZE_BYTES || point[0] !== 0x04) return null;
  return Buffer.concat([P256_SPKI_PREFIX, point]);
}
