import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { err, ok, type Result } from "../../../kernel/result.ts";

/**
 * C2SP signed notes (c2sp.org/signed-note): text, and under it lines of signatures. A note proves nothing
 * before `verifyNote` has named a key for it; unknown signatures are ignored, as the specification says.
 */

/** Bytes before a note is looked at more closely: a checkpoint with 16 cosignatures has about 3 KiB. */
export const maxNoteBytes = 65_536;
const maxSignatures = 100;

export type NoteSignature = {
  readonly name: string;
  /** First four bytes of the decoded line, as an unsigned number. */
  readonly keyId: number;
  /** What follows the key id. */
  readonly signature: Buffer;
};

/** `text` ends in a newline, which is signed too. */
export type SignedNote = { readonly text: string; readonly signatures: readonly NoteSignature[] };

export type NoteVerifier = {
  readonly name: string;
  readonly keyId: number;
  /** True only where `signature` is this key's over `text`. Never throws. */
  verify(text: string, signature: Buffer): boolean;
};

export type NoteRefusal =
  | "note-too-long"
  | "note-malformed"
  | "note-signature-wrong"
  | "note-signer-unknown";

/** Signature type bytes that the specification assigns. */
export const signatureType = { ecdsa: 0x02, cosignatureV1: 0x04 } as const;

/** Parses without verifying. Strict: canonical base64, no control characters, no stray lines. */
export function parseNote(note: string): Result<SignedNote, NoteRefusal> {
  if (Buffer.byteLength(note) > maxNoteBytes) return err("note-too-long");
  if (hasForbiddenCharacters(note)) return err("note-malformed");
  const blank = note.lastIndexOf("\n\n");
  if (blank < 0 || !note.endsWith("\n")) return err("note-malformed");
  const signatures = parseSignatureLines(note.slice(blank + 2));
  if (signatures === null || signatures.length === 0) return err("note-malformed");
  return ok({ text: note.slice(0, blank + 1), signatures });
}

/** Lines as a note carries them, each ended by a newline. `null` where one is malformed. */
export function parseSignatureLines(lines: string): NoteSignature[] | null {
  if (!lines.endsWith("\n") || hasForbiddenCharacters(lines)) return null;
  const signatures: NoteSignature[] = [];
  for (const line of lines.slice(0, -1).split("\n")) {
    const [, name, encoded] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
    if (name === undefined || encoded === undefined || !isKeyName(name)) return null;
    const decoded = decodeBase64(encoded);
    if (decoded === null || decoded.length < 5 || signatures.length === maxSignatures) return null;
    signatures.push({ name, keyId: decoded.readUInt32BE(0), signature: decoded.subarray(4) });
  }
  return signatures;
}

/** @throws Error where the text cannot stand in a note: no newline at its end, or control characters. */
export function formatNote(note: SignedNote): string {
  if (!note.text.endsWith("\n") || hasForbiddenCharacters(note.text)) {
    throw new Error("the text of a note ends in a newline and has no other control character");
  }
  return `${note.text}\n${note.signatures.map(formatSignatureLine).join("")}`;
}

/** One line, newline included. @throws Error for a name that a note cannot carry */
export function formatSignatureLine(signature: NoteSignature): string {
  if (!isKeyName(signature.name)) throw new Error(`not a key name: ${signature.name}`);
  const id = Buffer.alloc(4);
  id.writeUInt32BE(signature.keyId);
  return `— ${signature.name} ${Buffer.concat([id, signature.signature]).toString("base64")}\n`;
}

/**
 * The signatures made by known keys, in the order of the note. Refuses where a known key's signature is
 * wrong, even beside a good one, and where no known key signed.
 */
export function verifyNote(
  note: SignedNote,
  verifiers: readonly NoteVerifier[],
): Result<readonly NoteSignature[], NoteRefusal> {
  const known: NoteSignature[] = [];
  for (const signature of note.signatures) {
    const verifier = verifiers.find(
      (v) => v.name === signature.name && v.keyId === signature.keyId,
    );
    if (verifier === undefined) continue;
    if (!verifier.verify(note.text, signature.signature)) return err("note-signature-wrong");
    known.push(signature);
  }
  return known.length === 0 ? err("note-signer-unknown") : ok(known);
}

/**
 * Verifies type 0x02: ECDSA P-256 with SHA-256 over the text, ASN.1 DER; key id is the truncated SHA-256
 * of the SPKI alone, not of name and type (signed-note, "Signature types").
 * @param spki SubjectPublicKeyInfo, DER. @throws Error unless it is a P-256 key
 */
export function ecdsaVerifier(name: string, spki: Uint8Array): NoteVerifier {
  const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
  if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1") {
    throw new Error("the log key is not an ECDSA P-256 key");
  }
  return {
    name: requireKeyName(name),
    keyId: createHash("sha256").update(spki).digest().readUInt32BE(0),
    verify: (text, signature) => verifyQuietly("sha256", text, key, signature),
  };
}

/**
 * `<name>+<key id, 8 hex digits>+<base64(type || key)>`: how a log names its P-256 key to witnesses and
 * verifiers. @param spki SubjectPublicKeyInfo, DER
 */
export function ecdsaVerifierKey(name: string, spki: Uint8Array): string {
  const id = ecdsaVerifier(name, spki).keyId.toString(16).padStart(8, "0");
  const typed = Buffer.concat([Buffer.of(signatureType.ecdsa), spki]);
  return `${name}+${id}+${typed.toString("base64")}`;
}

/** Key id as recommended: SHA-256(name || 0x0A || type || key), truncated. */
export function noteKeyId(name: string, type: number, publicKey: Uint8Array): number {
  return createHash("sha256")
    .update(`${requireKeyName(name)}\n`)
    .update(Buffer.of(type))
    .update(publicKey)
    .digest()
    .readUInt32BE(0);
}

/** `r || s`, 64 bytes, as PKCS#11 gives it, to the ASN.1 DER that a note carries. @throws RangeError */
export function ecdsaSignatureToDer(signature: Uint8Array): Buffer {
  if (signature.length !== 64) throw new RangeError("an ECDSA P-256 signature is 64 bytes, r || s");
  const body = Buffer.concat([
    derInteger(signature.subarray(0, 32)),
    derInteger(signature.subarray(32)),
  ]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

/** Standard base64 with padding, exactly as an encoder writes it; `null` for anything else. */
export function decodeBase64(encoded: string): Buffer | null {
  const decoded = Buffer.from(encoded, "base64");
  return decoded.toString("base64") === encoded ? decoded : null;
}

/** False, never an exception, for a signature that is not even well formed. */
export function verifyQuietly(
  algorithm: "sha256" | null,
  message: string,
  key: KeyObject,
  signature: Buffer,
): boolean {
  try {
    return verify(algorithm, Buffer.from(message), key, signature);
  } catch {
    return false; // OpenSSL throws for some malformed encodings: to a verifier, all are simply wrong.
  }
}

/** Not empty, no Unicode space (U+0085 included, as Go has it), no plus, no control character. */
export function isKeyName(name: string): boolean {
  return name !== "" && !/[\s\u0085+]/u.test(name) && !hasForbiddenCharacters(name);
}

export function requireKeyName(name: string): string {
  if (!isKeyName(name))
    throw new Error(`a key name has no spaces and no plus: ${JSON.stringify(name)}`);
  return name;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const forbidden = /[\u0000-\u0009\u000b-\u001f]|\p{Cs}/u;
/** Control characters other than newline, and halves of surrogate pairs, which UTF-8 cannot carry. */
function hasForbiddenCharacters(text: string): boolean {
  return forbidden.test(text);
}

function derInteger(bigEndian: Uint8Array): Buffer {
  let start = 0;
  while (start < bigEndian.length - 1 && bigEndian[start] === 0) start += 1;
  const digits = bigEndian.subarray(start);
  // A set high bit would read as a negative number.
  const padding = (digits[0] ?? 0) >= 0x80 ? [0] : [];
  return Buffer.concat([Buffer.of(0x02, digits.length + padding.length, ...padding), digits]);
}
