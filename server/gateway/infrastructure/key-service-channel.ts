import { connect, type Socket } from "node:net";
import {
  type FetchedHead,
  fetchedHead,
  GATEWAY_ANSWER,
  GATEWAY_QUESTION,
  type GatewayFetch,
  gatewayRefusal,
  MAX_ANSWER_BYTES,
} from "@countersign/protocol/gateway-wire";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import { type Frame, FrameReader, FrameWriter } from "../../kernel/frames.ts";
import { err, ok, type Result } from "../../kernel/result.ts";

export type Delivered = {
  readonly head: FetchedHead;
  /** The value's bytes; whoever gets them wipes them. */
  readonly value: Buffer;
};

export type ChannelOptions = {
  readonly socketPath: string;
  readonly credential: string;
  /** How long a fetch may take before its caller is told to try again. */
  readonly deadlineMs: number;
  /** Told when the connection is there, and when it is gone, with the reason. */
  readonly onChange: (state: "connected" | "lost", reason: string) => void;
};

type Waiting = {
  readonly settle: (result: Result<Delivered, Refusal>) => void;
  readonly timer: NodeJS.Timeout;
};

const MOST_WAITING = 1_000;
const RECONNECT_MS = { first: 50, longest: 2_000 };

/**
 * The one connection to the key service: many fetches at once, each answered under its own number. Lost,
 * it is made again; what was under way is then unknown, which callers are told, and nothing is sent twice.
 */
export class KeyServiceChannel {
  readonly #options: ChannelOptions;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #session: { readonly socket: Socket; readonly writer: FrameWriter; welcome: boolean } | null =
    null;
  #retry: NodeJS.Timeout | undefined;
  #retryMs = RECONNECT_MS.first;
  #isClosed = false;

  constructor(options: ChannelOptions) {
    this.#options = options;
    this.#connect();
  }

  get isReady(): boolean {
    return this.#session?.welcome === true;
  }

  /** Number of fetches that wait for their answer. */
  get underWay(): number {
    return this.#waiting.size;
  }

  fetch(question: GatewayFetch): Promise<Result<Delivered, Refusal>> {
    const session = this.#session;
    if (session?.welcome !== true) return Promise.resolve(err(NOT_CONNECTED));
    if (this.#waiting.size >= MOST_WAITING) return Promise.resolve(err(TOO_MANY));
    const id = this.#next;
    this.#next = (this.#next + 1) >>> 0;
    return new Promise((settle) => {
      const timer = setTimeout(() => this.#settle(id, err(TOO_SLOW)), this.#options.deadlineMs);
      this.#waiting.set(id, { settle, timer });
      const body = Buffer.from(JSON.stringify(question));
      session.writer.send({ id, kind: GATEWAY_QUESTION.fetch, body });
    });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#session?.socket.destroy();
  }

  #connect(): void {
    const socket = connect(this.#options.socketPath);
    const writer = new FrameWriter((bytes) => socket.writable && socket.write(bytes));
    const reader = new FrameReader(MAX_ANSWER_BYTES);
    this.#session = { socket, writer, welcome: false };
    let reason = "the key service closed the connection";
    socket.once("connect", () => {
      const hello = JSON.stringify({ v: 1, credential: this.#options.credential });
      writer.send({ id: 0, kind: GATEWAY_QUESTION.hello, body: Buffer.from(hello) });
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      reason = error.code ?? error.name;
    });
    socket.on("data", (chunk) => {
      try {
        for (const frame of reader.read(chunk)) this.#take(frame);
      } catch (error) {
        reason = error instanceof Error ? error.name : "a broken frame";
        socket.destroy();
      }
      chunk.fill(0); // values were in it; what is complete has been copied, what is not is kept apart
    });
    socket.once("close", () => this.#lost(reason));
  }

  #take({ id, kind, body }: Frame): void {
    if (kind === GATEWAY_ANSWER.welcome) {
      if (this.#session !== null) this.#session.welcome = true;
      this.#retryMs = RECONNECT_MS.first;
      this.#options.onChange("connected", "");
      return;
    }
    if (kind === GATEWAY_ANSWER.refusal) {
      const refusal = gatewayRefusal.parse(JSON.parse(body.toString("utf8")));
      this.#settle(id, err(refusal));
      return;
    }
    const headBytes = body.readUInt16BE(0);
    const head = fetchedHead.parse(JSON.parse(body.toString("utf8", 2, 2 + headBytes)));
    this.#settle(id, ok({ head, value: Buffer.from(body.subarray(2 + headBytes)) }));
  }

  #settle(id: number, result: Result<Delivered, Refusal>): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) {
      if (result.ok) result.value.value.fill(0); // too late for its caller
      return;
    }
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    waiting.settle(result);
  }

  #lost(reason: string): void {
    this.#session = null;
    for (const id of [...this.#waiting.keys()]) this.#settle(id, err(OUTCOME_UNKNOWN));
    if (this.#isClosed) return;
    this.#options.onChange("lost", reason);
    this.#retry = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(RECONNECT_MS.longest, this.#retryMs * 2);
  }
}

const NOT_CONNECTED = refuse(
  "unavailable",
  "The key service cannot be reached, so nothing is handed out. Keep what you have and try again.",
);
const TOO_SLOW = refuse("unavailable", "The key service did not answer in time. Try again.");
const TOO_MANY = refuse("unavailable", "Too many fetches wait for an answer. Try again.");
const OUTCOME_UNKNOWN = refuse(
  "unavailable",
  "The connection to the key service broke before its answer came. Try again.",
);
