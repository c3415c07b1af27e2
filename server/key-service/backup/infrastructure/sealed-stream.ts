import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import * as z from "zod";
import { BackupFault, damaged } from "../domain/backup-fault.ts";
import {
  keyIdOf,
  openFileKey,
  type PrivateKey,
  type PublicKey,
  sealFileKey,
} from "./backup-keys.ts";

/*
 * A stream that only the holders of named keys can read (decision 0017):
 *
 *   "countersign backup v1\n" | u32 length | header, JSON | chunks
 *
 * The header seals a random file key to each recipient (HPKE). A chunk is AES-256-GCM over 64 KiB under a key that
 * is derived from the file key and from the digest of everything before it. Its nonce counts the chunks and says
 * which is the last one (STREAM, as age does), so that chunks cannot be changed, exchanged, left out or added, and
 * a file that was cut is known as such.
 */
const MAGIC = Buffer.from("countersign backup v1\n");
const CHUNK_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const MOST_HEADER_BYTES = 64 * 1024;
const MOST_RECIPIENTS = 32;

const header = z.strictObject({
  recipients: z
    .array(
      z.strictObject({
        key: z.string().regex(/^[0-9a-f]{16}$/),
        enc: z.base64(),
        sealed: z.base64(),
      }),
    )
    .min(1)
    .max(MOST_RECIPIENTS),
});

/** @throws BackupFault where nobody could read it, or a key is none */
export async function* sealStream(
  plaintext: AsyncIterable<Buffer>,
  recipients: readonly PublicKey[],
): AsyncGenerator<Buffer> {
  if (recipients.length === 0 || recipients.length > MOST_RECIPIENTS) {
    throw new BackupFault(
      `A backup is sealed to 1 to ${MOST_RECIPIENTS} keys.`,
      "Name the public key of each person who may restore it with --to.",
    );
  }
  const fileKey = randomBytes(32);
  const sealed = await Promise.all(
    recipients.map(async (to) => ({ key: keyIdOf(to), ...(await sealFileKey(to, fileKey)) })),
  );
  const text = Buffer.from(JSON.stringify({ recipients: sealed } satisfies z.infer<typeof header>));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  const begin = Buffer.concat([MAGIC, length, text]);
  const key = payloadKey(fileKey, begin);
  fileKey.fill(0);
  yield begin;
  let counter = 0;
  for await (const { bytes, isLast } of inChunks(plaintext, CHUNK_BYTES)) {
    const cipher = createCipheriv("aes-256-gcm", key, nonceOf(counter, isLast));
    yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    counter += 1;
  }
}

/**
 * Hands a chunk on only when it is authentic; that the last has come is known when this ends without a throw.
 * @throws BackupFault
 */
export async function* openStream(
  ciphertext: AsyncIterable<Buffer>,
  privateKey: PrivateKey,
): AsyncGenerator<Buffer> {
  const source = new ByteSource(ciphertext);
  const head = await source.take(MAGIC.length + 4);
  if (!head.subarray(0, MAGIC.length).equals(MAGIC) || head.length < MAGIC.length + 4)
    throw damaged("it does not begin as a backup does");
  const headerBytes = head.readUInt32BE(MAGIC.length);
  if (headerBytes > MOST_HEADER_BYTES) throw damaged("it does not begin as a backup does");
  const text = await source.take(headerBytes);
  const key = payloadKey(await fileKeyFor(privateKey, text), Buffer.concat([head, text]));
  for (let counter = 0, isLast = false; !isLast; counter += 1) {
    const chunk = await source.take(CHUNK_BYTES + TAG_BYTES);
    isLast = await source.isAtEnd();
    yield openChunk(key, nonceOf(counter, isLast), chunk);
  }
}

async function fileKeyFor(privateKey: PrivateKey, text: Buffer): Promise<Buffer> {
  const parsed = header.safeParse(jsonOf(text));
  if (!parsed.success) throw damaged("its header cannot be read");
  const id = keyIdOf(privateKey.publicKey);
  const ours = parsed.data.recipients.find((it) => it.key === id);
  if (ours === undefined) {
    const sealedTo = parsed.data.recipients.map((it) => it.key).join(", ");
    throw new BackupFault(
      `This backup is not sealed to this key (${id}), but to ${sealedTo}.`,
      "Use the private key of one of those.",
    );
  }
  const fileKey = await openFileKey(privateKey, ours);
  if (fileKey === null) throw damaged("its key does not open");
  return fileKey;
}

function openChunk(key: Buffer, nonce: Buffer, chunk: Buffer): Buffer {
  if (chunk.length < TAG_BYTES) throw damaged("it was cut");
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(chunk.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(chunk.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw damaged("a part of it is missing, exchanged or changed");
  }
}

function payloadKey(fileKey: Buffer, begin: Buffer): Buffer {
  const salt = createHash("sha256").update(begin).digest();
  return Buffer.from(hkdfSync("sha256", fileKey, salt, "countersign/backup-payload/v1", 32));
}

/** `0 0 0 | u64 counter | last`: no two chunks of a file share one. */
function nonceOf(counter: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(counter), 3);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** Chunks of this size, the last one smaller or as large; one empty chunk where there is nothing. */
async function* inChunks(
  source: AsyncIterable<Buffer>,
  size: number,
): AsyncGenerator<{ readonly bytes: Buffer; readonly isLast: boolean }> {
  const bytes = new ByteSource(source);
  for (let isLast = false; !isLast; ) {
    const chunk = await bytes.take(size);
    isLast = await bytes.isAtEnd();
    yield { bytes: chunk, isLast };
  }
}

/** Bytes of a stream, as many at a time as are asked for. */
class ByteSource {
  readonly #source: AsyncIterator<Buffer>;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #hasEnded = false;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** So many bytes, fewer only at the end. */
  async take(size: number): Promise<Buffer> {
    await this.#hold(size);
    const all = Buffer.concat(this.#held);
    const taken = Buffer.from(all.subarray(0, size));
    const rest = all.subarray(taken.length);
    this.#held = rest.length === 0 ? [] : [rest];
    this.#heldBytes = rest.length;
    return taken;
  }

  async isAtEnd(): Promise<boolean> {
    await this.#hold(1);
    return this.#heldBytes === 0;
  }

  async #hold(size: number): Promise<void> {
    while (this.#heldBytes < size && !this.#hasEnded) {
      const next = await this.#source.next();
      if (next.done === true) this.#hasEnded = true;
      else {
        this.#held.push(next.value);
        this.#heldBytes += next.value.length;
      }
    }
  }
}

function jsonOf(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString("utf8"));
  } catch {
    return undefined;
  }
}
