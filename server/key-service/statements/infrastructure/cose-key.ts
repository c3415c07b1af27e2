import { createPublicKey } from "node:crypto";
import { toBase64url } from "@countersign/protocol/bytes";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { KeyAlgorithm } from "../domain/assertion.ts";
import { equalBytes } from "../domain/equal-bytes.ts";

/*
 * COSE_Key as WebAuthn Level 3 section 6.5.1.1 has it: CTAP2 canonical CBOR, `alg`, and the required
 * parameters of the key type with no other. That leaves one encoding for each key, of fixed layout, so it
 * is compared and sliced rather than parsed: a parser would have to be told what to refuse.
 */

export type KeyCheck = "key-encoding" | "key-weak";

export type CoseKey = {
  readonly algorithm: KeyAlgorithm;
  /** The key's own bytes, without what follows them. */
  readonly bytes: Uint8Array;
  readonly signatureBytes: { readonly min: number; readonly max: number };
};

/** {1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)} */
const ES256 = { head: hex("a5010203262001215820"), middle: hex("225820"), sizeBytes: 77 };
/** {1: 1, 3: -8, -1: 6, -2: bytes(32)} */
const EDDSA = { head: hex("a4010103272006215820"), sizeBytes: 42 };
/** {1: 3, 3: -257, -1: bytes(n), -2: 65537} */
const RS256 = { head: hex("a401030339010020"), tail: hex("2143010001") };

/** Smaller is too weak (NIST SP 800-131A); larger is nothing that a key makes, and slow to check. */
const RSA_BITS = { min: 2048, max: 4096 };

/**
 * Reads one key from the start of `bytes`; more may follow. `key-encoding`: not one of the three algorithms
 * in its one encoding. `key-weak`: a point off its curve or of small order, an RSA modulus of the wrong size.
 */
export function readCoseKey(bytes: Uint8Array): Result<CoseKey, KeyCheck> {
  if (startsWith(bytes, ES256.head)) return readEs256(bytes.subarray(0, ES256.sizeBytes));
  if (startsWith(bytes, EDDSA.head)) return readEdDsa(bytes.subarray(0, EDDSA.sizeBytes));
  if (startsWith(bytes, RS256.head)) return readRs256(bytes);
  return err("key-encoding");
}

/** As `readCoseKey`, and nothing may follow. */
export function readWholeCoseKey(bytes: Uint8Array): Result<CoseKey, KeyCheck> {
  const read = readCoseKey(bytes);
  return read.ok && read.value.bytes.length !== bytes.length ? err("key-encoding") : read;
}

function readEs256(bytes: Uint8Array): Result<CoseKey, KeyCheck> {
  if (bytes.length !== ES256.sizeBytes || !equalBytes(bytes.subarray(42, 45), ES256.middle)) {
    return err("key-encoding");
  }
  const [x, y] = [toBase64url(bytes.subarray(10, 42)), toBase64url(bytes.subarray(45))];
  if (!isOnCurve({ kty: "EC", crv: "P-256", x, y })) return err("key-weak");
  return ok({ algorithm: -7, bytes, signatureBytes: { min: 8, max: 72 } });
}

function readEdDsa(bytes: Uint8Array): Result<CoseKey, KeyCheck> {
  if (bytes.length !== EDDSA.sizeBytes) return err("key-encoding");
  const point = bytes.subarray(10);
  if (isSmallOrder(point)) return err("key-weak");
  if (!isOnCurve({ kty: "OKP", crv: "Ed25519", x: toBase64url(point) })) return err("key-weak");
  return ok({ algorithm: -8, bytes, signatureBytes: { min: 64, max: 64 } });
}

function readRs256(bytes: Uint8Array): Result<CoseKey, KeyCheck> {
  const at = RS256.head.length;
  // CBOR byte string with a 16-bit length, the shortest for 256 to 512 bytes.
  if (bytes[at] !== 0x59) return err("key-encoding");
  const modulusBytes = (bytes[at + 1] ?? 0) * 256 + (bytes[at + 2] ?? 0);
  const end = at + 3 + modulusBytes;
  const sizeBytes = end + RS256.tail.length;
  if (!equalBytes(bytes.subarray(end, sizeBytes), RS256.tail)) return err("key-encoding");
  const modulus = bytes.subarray(at + 3, end);
  const bits = modulusBytes * 8;
  const isOdd = ((modulus.at(-1) ?? 0) & 1) === 1;
  const isFull = ((modulus[0] ?? 0) & 0x80) !== 0;
  if (bits < RSA_BITS.min || bits > RSA_BITS.max || !isOdd || !isFull) return err("key-weak");
  return ok({
    algorithm: -257,
    bytes: bytes.subarray(0, sizeBytes),
    signatureBytes: { min: modulusBytes, max: modulusBytes },
  });
}

/** OpenSSL refuses an EC point that is not on the curve when it imports one. */
function isOnCurve(jwk: { kty: string; crv: string; x: string; y?: string }): boolean {
  try {
    createPublicKey({ key: jwk, format: "jwk" });
    return true;
  } catch {
    return false; // the only input is the point
  }
}

/** y-coordinates of the eight points whose order divides 8, and the two that spell 0 and 1 as p and p + 1. */
const SMALL_ORDER = [
  hex("0000000000000000000000000000000000000000000000000000000000000000"),
  hex("0100000000000000000000000000000000000000000000000000000000000000"),
  hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
  hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
  hex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
  hex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
  hex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
];

/** Under such a key one signature verifies for many messages (RFC 8032 section 8.4 leaves it to the caller). */
function isSmallOrder(point: Uint8Array): boolean {
  const y = Uint8Array.from(point);
  y[31] = (y[31] ?? 0) & 0x7f; // the sign of x
  return SMALL_ORDER.some((it) => equalBytes(it, y));
}

function startsWith(bytes: Uint8Array, head: Uint8Array): boolean {
  return equalBytes(bytes.subarray(0, head.length), head);
}

function hex(text: string): Uint8Array {
  return Buffer.from(text, "hex");
}
