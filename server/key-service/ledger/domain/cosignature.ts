import { createPublicKey } from "node:crypto";
import {
  decodeBase64,
  isKeyName,
  type NoteVerifier,
  noteKeyId,
  signatureType,
  verifyQuietly,
} from "./signed-note.ts";

/** C2SP tlog-cosignature, version 1: an Ed25519 signature over the time and the text of a checkpoint. */

const ed25519SpkiPrefix = Buffer.from("302a300506032b6570032100", "hex");
const timestampBytes = 8;
const signatureBytes = 64;

/** What a cosigner signs. `timestampSeconds` is POSIX time. */
export function cosignedMessage(timestampSeconds: number, checkpointText: string): string {
  return `cosignature/v1\ntime ${timestampSeconds}\n${checkpointText}`;
}

/** Verifies type 0x04. @param publicKey 32 bytes, RFC 8032. @throws Error unless it is a key */
export function cosignatureVerifier(name: string, publicKey: Uint8Array): NoteVerifier {
  if (publicKey.length !== 32) throw new Error("an Ed25519 public key is 32 bytes");
  const spki = Buffer.concat([ed25519SpkiPrefix, publicKey]);
  const key = createPublicKey({ key: spki, format: "der", type: "spki" });
  return {
    name,
    keyId: noteKeyId(name, signatureType.cosignatureV1, publicKey),
    verify(text, signature) {
      const timestamp = cosignatureTimestamp(signature);
      if (timestamp === null) return false;
      return verifyQuietly(
        null,
        cosignedMessage(timestamp, text),
        key,
        signature.subarray(timestampBytes),
      );
    },
  };
}

/**
 * POSIX seconds from the bytes after the key id, or `null` where they are not a timestamped signature or
 * the time is beyond 2^53 - 1. Worth nothing before the signature is verified.
 */
export function cosignatureTimestamp(signature: Buffer): number | null {
  if (signature.length !== timestampBytes + signatureBytes) return null;
  const timestamp = signature.readBigUInt64BE(0);
  return timestamp <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(timestamp) : null;
}

/** @throws Error that says what is wrong with the key; keys are public, so it shows the key */
export function parseWitnessKey(verifierKey: string): NoteVerifier {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(verifierKey) ?? [];
  const decoded = encoded === undefined ? null : decodeBase64(encoded);
  if (name === undefined || decoded === null || !isKeyName(name)) {
    throw new Error(`not a verifier key (name+id+key): ${verifierKey}`);
  }
  if (decoded[0] !== signatureType.cosignatureV1) {
    throw new Error(`not the key of a cosignature/v1 witness (type 4): ${verifierKey}`);
  }
  const verifier = cosignatureVerifier(name, decoded.subarray(1));
  if (verifier.keyId !== Number.parseInt(id ?? "", 16)) {
    throw new Error(`the id in this verifier key belongs to another key: ${verifierKey}`);
  }
  return verifier;
}
