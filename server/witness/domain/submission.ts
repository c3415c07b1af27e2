import { hashSizeBytes, type TreeState } from "./consistency.ts";

/**
 * The body of C2SP tlog-witness `add-checkpoint`: an old size, a consistency proof, an empty line, a signed
 * checkpoint. Parsed strictly; nothing here is verified yet.
 */
export type Submission = {
  readonly oldSize: number;
  readonly proof: readonly Buffer[];
  readonly checkpoint: SubmittedCheckpoint;
};

export type SubmittedCheckpoint = TreeState & {
  readonly origin: string;
  /** The signed bytes, final newline included. */
  readonly text: string;
  readonly signatures: readonly SubmittedSignature[];
};

export type SubmittedSignature = {
  readonly name: string;
  readonly keyId: number;
  readonly signature: Buffer;
  /** The line as it came, newline included. */
  readonly line: string;
};

const maxProofHashes = 63;
const maxSignatures = 100;

/** `null` for whatever is not exactly a submission. */
export function parseSubmission(body: string): Submission | null {
  const end = body.indexOf("\n\n");
  if (end < 0) return null;
  const [oldLine, ...proofLines] = body.slice(0, end).split("\n");
  const [, old] = /^old (\S+)$/.exec(oldLine ?? "") ?? [];
  const oldSize = parseSize(old);
  const proof = proofLines.map(decodeHash);
  const checkpoint = parseCheckpointNote(body.slice(end + 2));
  if (oldSize === null || checkpoint === null || proof.length > maxProofHashes) return null;
  return isComplete(proof) ? { oldSize, proof, checkpoint } : null;
}

/** A signed note (c2sp.org/signed-note) whose text is a checkpoint (c2sp.org/tlog-checkpoint). */
export function parseCheckpointNote(note: string): SubmittedCheckpoint | null {
  if (hasControlCharacters(note) || !note.endsWith("\n")) return null;
  const blank = note.lastIndexOf("\n\n");
  if (blank < 0) return null;
  const text = note.slice(0, blank + 1);
  const signatures = note
    .slice(blank + 2, -1)
    .split("\n")
    .map(parseSignature);
  const lines = text.slice(0, -1).split("\n");
  const [origin, sizeLine, rootLine] = lines;
  const size = parseSize(sizeLine);
  const root = decodeHash(rootLine ?? "");
  if (!origin || size === null || root === null || lines.includes("")) return null;
  if (signatures.length > maxSignatures || !isComplete(signatures)) return null;
  return { origin, size, root, text, signatures };
}

function parseSignature(line: string): SubmittedSignature | null {
  const [, name, encoded] = /^— ([^\s\u0085+]+) (\S+)$/u.exec(line) ?? [];
  const decoded = decodeBase64(encoded ?? "");
  if (name === undefined || decoded === null || decoded.length < 5) return null;
  return {
    name,
    keyId: decoded.readUInt32BE(0),
    signature: decoded.subarray(4),
    line: `${line}\n`,
  };
}

/** ASCII decimal without leading zeroes, below 2^53. */
function parseSize(digits: string | undefined): number | null {
  if (digits === undefined || !/^(0|[1-9][0-9]{0,15})$/.test(digits)) return null;
  return Number.isSafeInteger(Number(digits)) ? Number(digits) : null;
}

function decodeHash(encoded: string): Buffer | null {
  const decoded = decodeBase64(encoded);
  return decoded?.length === hashSizeBytes ? decoded : null;
}

/** Canonical only: what decodes must encode to the same again. */
function decodeBase64(encoded: string): Buffer | null {
  const decoded = Buffer.from(encoded, "base64");
  return decoded.toString("base64") === encoded ? decoded : null;
}

function isComplete<T>(items: readonly (T | null)[]): items is readonly T[] {
  return !items.includes(null);
}

/** Other than newline; and U+FFFD, which stands where the body was not UTF-8. */
function hasControlCharacters(text: string): boolean {
  return /[^\P{Cc}\n\u007f-\u009f]|\p{Cs}|\ufffd/u.test(text);
}
