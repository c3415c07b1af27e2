/*
 * Encodings of the signatures that WebAuthn allows (Level 3, section 6.5.5). The library accepts BER where
 * DER is meant, so that one signature has many spellings; here it has one.
 */

/**
 * ECDSA-Sig-Value in DER (RFC 3279 section 2.2.3, X.690 section 8.3): two positive integers of at most
 * 256 bits, as short as possible, and nothing after them. Both of s and n - s are allowed: keys make both,
 * and replay is keyed on the statement's nonce, never on the signature.
 */
export function isStrictEcdsaSignature(bytes: Uint8Array): boolean {
  if (bytes.length < 8 || bytes[0] !== 0x30 || bytes[1] !== bytes.length - 2) return false;
  const afterR = endOfPositiveInteger(bytes, 2);
  return afterR !== null && endOfPositiveInteger(bytes, afterR) === bytes.length;
}

/** Index after the integer that starts at `at`; null unless it is positive and minimal. */
function endOfPositiveInteger(bytes: Uint8Array, at: number): number | null {
  const size = bytes[at + 1];
  const first = bytes[at + 2];
  if (bytes[at] !== 0x02 || size === undefined || first === undefined) return null;
  const end = at + 2 + size;
  if (size === 0 || size > 33 || end > bytes.length) return null;
  const isNegative = (first & 0x80) !== 0;
  const isZero = size === 1 && first === 0;
  const isPadded = size > 1 && first === 0 && ((bytes[at + 3] ?? 0) & 0x80) === 0;
  const isTooLarge = size === 33 && first !== 0;
  return isNegative || isZero || isPadded || isTooLarge ? null : end;
}
