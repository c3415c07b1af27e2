import { parseBoundedJson } from "@countersign/protocol/bounded-json";
import { fromBase64url, toBase64url, utf8 } from "@countersign/protocol/bytes";
import { canonicalise } from "@countersign/protocol/canonical";
import { base64urlBytes, type Digest, digest } from "@countersign/protocol/ids";
import { z } from "zod";

export const MAX_VALUE_BYTES = 65_536;

/** Sizes in bytes of the parts of an envelope. */
export const DEK_BYTES = 32;
export const SALT_BYTES = 32;
export const IV_BYTES = 12;
export const TAG_BYTES = 16;
export const COMMITMENT_BYTES = 32;

/** The largest value, in base64url, and room for the rest. */
const MAX_ENVELOPE_BYTES = 90_000;

const bytesOf = (least: number, most = least) =>
  base64urlBytes(least, most).transform((text) => Buffer.from(fromBase64url(text) ?? []));

const storedEnvelope = z.strictObject({
  format: z.literal("countersign/envelope/v1"),
  identity: digest,
  kek: z.string().max(80),
  dekIv: bytesOf(IV_BYTES),
  dekCiphertext: bytesOf(DEK_BYTES + TAG_BYTES),
  salt: bytesOf(SALT_BYTES),
  iv: bytesOf(IV_BYTES),
  ciphertext: bytesOf(1 + TAG_BYTES, MAX_VALUE_BYTES + TAG_BYTES),
  commitment: bytesOf(COMMITMENT_BYTES),
});

/**
 * One version of a secret, sealed: what stands in the database, and nothing else of the value does.
 *
 * `identity` is the digest under which everything is encrypted. `kek` labels the tenant's key, which
 * wraps the data key (`dekIv`, `dekCiphertext`). `salt` and the data key give the value's key and the
 * `commitment`; `iv` and `ciphertext` (tag at its end) are the value under that key.
 */
export type SealedEnvelope = {
  readonly format: "countersign/envelope/v1";
  readonly identity: Digest;
  readonly kek: string;
  readonly dekIv: Buffer;
  readonly dekCiphertext: Buffer;
  readonly salt: Buffer;
  readonly iv: Buffer;
  readonly ciphertext: Buffer;
  readonly commitment: Buffer;
};

/** The one byte form of an envelope: RFC 8785 JSON with base64url members. Its digest stands in the ledger. */
export function encodeEnvelope(envelope: SealedEnvelope): Uint8Array<ArrayBuffer> {
  const { format, identity, kek, ...parts } = envelope;
  const members = Object.entries(parts).map(([name, bytes]) => [name, toBase64url(bytes)]);
  return utf8(canonicalise({ format, identity, kek, ...Object.fromEntries(members) }));
}

/**
 * Reads an envelope. Only the one byte form is read: bytes that mean the same and differ would have
 * another digest than the ledger's.
 * @returns null for anything else.
 */
export function decodeEnvelope(bytes: Uint8Array): SealedEnvelope | null {
  let json: unknown;
  try {
    json = parseBoundedJson(bytes, { maxBytes: MAX_ENVELOPE_BYTES, maxDepth: 1 });
  } catch {
    return null;
  }
  const parsed = storedEnvelope.safeParse(json);
  if (!parsed.success) return null;
  return Buffer.from(bytes).equals(encodeEnvelope(parsed.data)) ? parsed.data : null;
}

/**
 * What a held key opens, out of bytes that `decodeEnvelope` has read before: their digest says that they are the same.
 * Not for bytes of which that is not known.
 */
export function rereadEnvelope(bytes: Uint8Array): Pick<SealedEnvelope, "iv" | "ciphertext"> {
  const { iv, ciphertext } = JSON.parse(Buffer.from(bytes).toString("utf8"));
  return { iv: Buffer.from(iv, "base64url"), ciphertext: Buffer.from(ciphertext, "base64url") };
}
