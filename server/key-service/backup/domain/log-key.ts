import {
  decodeBase64,
  ecdsaVerifier,
  type NoteVerifier,
  signatureType,
} from "../../ledger/domain/signed-note.ts";

/**
 * A log's verifier key as it is announced: `origin+id+base64(type || SPKI)`.
 * @throws Error that says what is wrong with it; keys are public, so it shows the key
 */
export function parseLogKey(text: string): NoteVerifier {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(text.trim()) ?? [];
  const decoded = encoded === undefined ? null : decodeBase64(encoded);
  if (name === undefined || decoded?.[0] !== signatureType.ecdsa) {
    throw new Error(`not the verifier key of a log (origin+id+key): ${text.trim()}`);
  }
  const verifier = ecdsaVerifier(name, decoded.subarray(1));
  if (verifier.keyId !== Number.parseInt(id ?? "", 16)) {
    throw new Error(`the id in this verifier key belongs to another key: ${text.trim()}`);
  }
  return verifier;
}
