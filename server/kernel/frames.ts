/**
 * Messages over one stream: `u32 length | u32 id | u8 kind | body`, big-endian; the length counts what
 * follows it. An answer carries the id of its question, so that many are under way at once.
 */
export type Frame = {
  /** Chosen by who asks; wraps after 2^32. */
  readonly id: number;
  /** 0 to 255; what it means is the protocol's. */
  readonly kind: number;
  readonly body: Buffer;
};

const LENGTH_BYTES = 4;
const HEAD_BYTES = 5;

/** The other side does not speak this protocol, or sends more than was agreed: the stream is over. */
export class FrameFault extends Error {
  override readonly name = "FrameFault";
}

export function encodeFrame({ id, kind, body }: Frame): Buffer {
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES + HEAD_BYTES + body.length);
  bytes.writeUInt32BE(HEAD_BYTES + body.length, 0);
  bytes.writeUInt32BE(id >>> 0, LENGTH_BYTES);
  bytes[LENGTH_BYTES + 4] = kind;
  body.copy(bytes, LENGTH_BYTES + HEAD_BYTES);
  return bytes;
}

/** Cuts what arrives into frames, however the network cut it. One for each stream. */
export class FrameReader {
  readonly #maxBodyBytes: number;
  #pending: Buffer = Buffer.alloc(0);

  /** @param maxBodyBytes a longer body ends the stream, before any of it is kept */
  constructor(maxBodyBytes: number) {
    this.#maxBodyBytes = maxBodyBytes;
  }

  /** The frames that are complete now. Their bodies are views: copy what outlives the call. @throws FrameFault */
  read(chunk: Buffer): Frame[] {
    let bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const frames: Frame[] = [];
    while (bytes.length >= LENGTH_BYTES) {
      const length = bytes.readUInt32BE(0);
      if (length < HEAD_BYTES || length > HEAD_BYTES + this.#maxBodyBytes) {
        throw new FrameFault(`a frame of ${length} bytes`);
      }
      const end = LENGTH_BYTES + length;
      if (bytes.length < end) break;
      frames.push({
        id: bytes.readUInt32BE(LENGTH_BYTES),
        kind: bytes.readUInt8(LENGTH_BYTES + 4),
        body: bytes.subarray(LENGTH_BYTES + HEAD_BYTES, end),
      });
      bytes = bytes.subarray(end);
    }
    this.#pending = Buffer.from(bytes); // a copy: the chunk is the caller's to wipe
    return frames;
  }
}

/**
 * Writes frames with one call a turn of the event loop, however many there are: most of the cost of a
 * small message is the call.
 */
export class FrameWriter {
  readonly #write: (bytes: Buffer) => void;
  #queued: Buffer[] = [];

  constructor(write: (bytes: Buffer) => void) {
    this.#write = write;
  }

  send(frame: Frame): void {
    this.#queued.push(encodeFrame(frame));
    if (this.#queued.length > 1) return;
    setImmediate(() => {
      const queued = this.#queued;
      this.#queued = [];
      this.#write(queued.length === 1 && queued[0] ? queued[0] : Buffer.concat(queued));
    });
  }
}
