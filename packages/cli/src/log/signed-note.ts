import { createHash, createPublicKey, verify } from "node:crypto";

/*
 * Reading of C2SP signed notes (c2sp.org/signed-note), checkpoints (tlog-checkpoint) and witness
 * cosignatures (tlog-cosignature v1), written apart from the key service's own: a second pair of eyes.
 */

const MAX_NOTE_BYTES = 64 * 1024;
const TYPE_COSIGNATURE_V1 = 0x04;
/** A cosignature dated further ahead of this machine's clock is not believed. */
const MAX_SECONDS_AHEAD = 300;

export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Buffer };
export type Cosigner = { readonly name: string; readonly publicKey: Uint8Array };
export type VerifiedCheckpoint = Checkpoint & {
  /** Witnesses whose cosignature holds, with the time each names, in seconds since 1970. */
  readonly witnessed: readonly { readonly name: string; readonly atSeconds: number }[];
};

export type NoteTrust = {
  readonly origin: string;
  /** SPKI, DER, ECDSA P-256. */
  readonly logKey: Uint8Array;
  readonly witnesses: readonly Cosigner[];
};

export type NoteError =
  | "the checkpoint is not a signed note"
  | "the checkpoint is of another ledger"
  | "the ledger's signature is missing"
  | "the ledger's signature is wrong"
  | "a witness's signature is wrong";

type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: NoteError };
const no = (error: NoteError) => ({ ok: false, error }) as const;

/**
 * A checkpoint that the pinned log key signed. Signatures of unknown keys are ignored, as the
 * specification asks; a wrong signature of a known key refuses the whole note. A caller without the
 * keys can only present checkpoints that were really signed, old ones included.
 */
export function readCheckpoint(
  note: string,
  trust: NoteTrust,
  nowMs: number,
): Read<VerifiedCheckpoint> {
  const parts = splitNote(note);
  if (parts === null) return no("the checkpoint is not a signed note");
  const checkpoint = parseBody(parts.body);
  if (checkpoint === null) return no("the checkpoint is not a signed note");
  if (checkpoint.origin !== trust.origin) return no("the checkpoint is of another ledger");

  const logKeyId = createHash("sha256").update(trust.logKey).digest().subarray(0, 4);
  const own = parts.signatures.filter(
    (it) => it.name === trust.origin && it.keyId.equals(logKeyId),
  );
  if (own.length === 0) return no("the ledger's signature is missing");
  if (!own.every((it) => ecdsaHolds(parts.body, it.signature, trust.logKey))) {
    return no("the ledger's signature is wrong");
  }

  const witnessed: { name: string; atSeconds: number }[] = [];
  for (const witness of trust.witnesses) {
    const keyId = cosignerKeyId(witness);
    const lines = parts.signatures.filter(
      (it) => it.name === witness.name && it.keyId.equals(keyId),
    );
    for (const line of lines) {
      const atSeconds = cosignatureTime(parts.body, line.signature, witness.publicKey);
      if (atSeconds === null) return no("a witness's signature is wrong");
      if (atSeconds * 1000 > nowMs + MAX_SECONDS_AHEAD * 1000) continue;
      if (!witnessed.some((it) => it.name === witness.name))
        witnessed.push({ name: witness.name, atSeconds });
    }
  }
  return { ok: true, value: { ...checkpoint, witnessed } };
}

type SignatureLine = { readonly name: string; readonly keyId: Buffer; readonly signature: Buffer };

function splitNote(note: string): { body: string; signatures: SignatureLine[] } | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a note must not hold them
  if (Buffer.byteLength(note) > MAX_NOTE_BYTES || /[\u0000-\u0009\u000b-\u001f]/.test(note))
    return null;
  const blank = note.lastIndexOf("\n\n");
  if (blank < 0 || !note.endsWith("\n")) return null;
  const signatures: SignatureLine[] = [];
  for (const line of note.slice(blank + 2, -1).split("\n")) {
    const found = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
    const [, name, encoded] = found ?? [];
    if (name === undefined || encoded === undefined) return null;
    const bytes = strictBase64(encoded);
    if (bytes === null || bytes.length < 5) return null;
    signatures.push({ name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) });
  }
  return { body: note.slice(0, blank + 1), signatures };
}

function parseBody(body: string): Checkpoint | null {
  const lines = body.slice(0, -1).split("\n");
  const [origin, size, root] = lines;
  if (!body.endsWith("\n") || lines.length < 3 || lines.includes("")) return null;
  if (origin === undefined || size === undefined || root === undefined) return null;
  const hash = strictBase64(root);
  if (
    !/^(?:0|[1-9]\d{0,15})$/.test(size) ||
    !Number.isSafeInteger(Number(size)) ||
    hash?.length !== 32
  )
    return null;
  return { origin, size: Number(size), root: hash };
}

function cosignerKeyId(witness: Cosigner): Buffer {
  return createHash("sha256")
    .update(`${witness.name}\n`)
    .update(Buffer.of(TYPE_COSIGNATURE_V1))
    .update(witness.publicKey)
    .digest()
    .subarray(0, 4);
}

/** Big-endian u64 time, then Ed25519 over "cosignature/v1\ntime <t>\n" and the body. Null when it does not hold. */
function cosignatureTime(body: string, signature: Buffer, publicKey: Uint8Array): number | null {
  if (signature.length !== 8 + 64) return null;
  const time = signature.readBigUInt64BE(0);
  if (time > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  const message = Buffer.from(`cosignature/v1\ntime ${time}\n${body}`);
  const key = createPublicKey({
    format: "jwk",
    key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey).toString("base64url") },
  });
  return verify(null, message, key, signature.subarray(8)) ? Number(time) : null;
}

function ecdsaHolds(body: string, signature: Buffer, spki: Uint8Array): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
    return (
      key.asymmetricKeyDetails?.namedCurve === "prime256v1" &&
      verify("sha256", Buffer.from(body), key, signature)
    );
  } catch {
    return false; // a key or a signature that is not even well formed is simply wrong
  }
}

function strictBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}
