import { timingSafeEqual } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { BoundedJsonError, parseBoundedJson } from "@countersign/protocol/bounded-json";
import { utf8 } from "@countersign/protocol/bytes";
import { digestToBytes } from "@countersign/protocol/digest";
import {
  type FetchedHead,
  GATEWAY_ANSWER,
  GATEWAY_QUESTION,
  gatewayFetch,
  gatewayHello,
  MAX_QUESTION_BYTES,
} from "@countersign/protocol/gateway-wire";
import type { Digest } from "@countersign/protocol/ids";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import { digestBytesNow } from "../../../kernel/digest.ts";
import { type Frame, FrameReader, FrameWriter } from "../../../kernel/frames.ts";
import type { Result } from "../../../kernel/result.ts";
import type { RegisteredGateway } from "../../decisions/domain/event.ts";
import { listenForOwn } from "../../start/own-socket.ts";
import type { Fetched, FetchSecret } from "../application/fetch-secret.ts";

export type GatewaySocketParts = {
  /** As genesis names them now. */
  readonly gateways: () => readonly RegisteredGateway[];
  readonly fetch: (command: FetchSecret) => Promise<Result<Fetched, Refusal>>;
  /** Somebody reached the socket and was no gateway: an attempt that belongs into the ledger. */
  readonly onStranger: (refusal: Refusal) => void;
  readonly onFault: (error: unknown, correlation: string) => void;
};

/** More at once is a gateway that does not wait for answers. */
const MOST_UNDER_WAY = 1_024;
const HELLO_MS = 5_000;
/** At a stop: how long fetches under way are waited for. */
const ANSWER_WITHIN_MS = 5_000;

/** The digest under which genesis knows a gateway's credential. */
export function gatewayCredentialDigest(credential: string): Digest {
  return digestBytesNow("gatewayCredential", utf8(credential));
}

/**
 * Listens for gateways on a unix socket in a folder that only this account can open. A connection first
 * shows the credential of a gateway that genesis names; then each frame is one fetch. A connection that
 * breaks the protocol is cut: gateways are ours, and a broken one is not argued with.
 */
export async function startGatewaySocket(
  parts: GatewaySocketParts,
  socketPath: string,
): Promise<{
  readonly stop: () => Promise<void>;
  /** Gateways that were welcomed and are connected, and the fetches that they wait for. */
  readonly count: () => { readonly connected: number; readonly underWay: number };
}> {
  const open = new Set<Socket>();
  const busy: Busy = { connected: 0, underWay: 0, isStopping: false, onIdle: () => {} };
  const server = createServer((socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    serve(parts, socket, busy);
  });
  await listenForOwn(server, socketPath);
  return {
    count: () => ({ connected: busy.connected, underWay: busy.underWay }),
    stop: async () => {
      busy.isStopping = true;
      const closed = new Promise<void>((done) => server.close(() => done()));
      await idle(busy);
      await nextTurn(); // what was answered last is written at the end of its turn
      for (const socket of open) socket.end(() => socket.destroy());
      await closed;
    },
  };
}

type Busy = { connected: number; underWay: number; isStopping: boolean; onIdle: () => void };

/** Resolves when every fetch under way is answered, or cannot be waited for any longer. */
async function idle(busy: Busy): Promise<void> {
  if (busy.underWay === 0) return;
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((done) => {
    busy.onIdle = done;
    timer = setTimeout(done, ANSWER_WITHIN_MS);
  });
  clearTimeout(timer);
}

function serve(parts: GatewaySocketParts, socket: Socket, busy: Busy): void {
  const reader = new FrameReader(MAX_QUESTION_BYTES);
  const writer = new FrameWriter((bytes) => {
    if (socket.writable)
      socket.write(bytes, () => bytes.fill(0)); // values went through it
    else bytes.fill(0);
  });
  let gateway: RegisteredGateway | null = null;
  let isOver = false;
  let underWay = 0;
  const impatience = setTimeout(() => socket.destroy(), HELLO_MS);
  socket.on("error", () => socket.destroy());
  socket.once("close", () => {
    clearTimeout(impatience);
    if (gateway !== null) busy.connected -= 1;
  });
  socket.on("data", (chunk) => {
    try {
      for (const frame of reader.read(chunk)) take(frame);
    } catch {
      socket.destroy(); // a frame that no gateway of ours sends
    }
  });

  function take(frame: Frame): void {
    if (isOver) return; // whoever was refused is not heard any more
    if (gateway === null) {
      gateway = welcomed(parts.gateways(), frame);
      if (gateway === null) {
        isOver = true;
        parts.onStranger(NOT_A_GATEWAY);
        send(frame.id, refusalAnswer(NOT_A_GATEWAY));
        setImmediate(() => socket.end());
        return;
      }
      busy.connected += 1;
      clearTimeout(impatience);
      const body = Buffer.from(JSON.stringify({ gateway: gateway.name }));
      send(frame.id, { kind: GATEWAY_ANSWER.welcome, body });
      return;
    }
    if (busy.isStopping) {
      send(frame.id, refusalAnswer(STOPPING));
      return;
    }
    if (underWay >= MOST_UNDER_WAY) {
      send(frame.id, refusalAnswer(TOO_MANY));
      return;
    }
    underWay += 1;
    busy.underWay += 1;
    void answer(parts, gateway, frame).then((reply) => {
      underWay -= 1;
      busy.underWay -= 1;
      send(frame.id, reply);
      if (busy.underWay === 0) busy.onIdle();
    });
  }

  function send(id: number, { kind, body }: Reply): void {
    writer.send({ id, kind, body });
    body.fill(0);
  }
}

type Reply = { readonly kind: number; readonly body: Buffer };

function welcomed(gateways: readonly RegisteredGateway[], frame: Frame): RegisteredGateway | null {
  if (frame.kind !== GATEWAY_QUESTION.hello) return null;
  const hello = gatewayHello.safeParse(json(frame.body));
  if (!hello.success) return null;
  const shown = digestToBytes(gatewayCredentialDigest(hello.data.credential));
  return gateways.find((it) => timingSafeEqual(digestToBytes(it.credential), shown)) ?? null;
}

async function answer(
  parts: GatewaySocketParts,
  gateway: RegisteredGateway,
  { kind, body }: Frame,
): Promise<Reply> {
  const question = kind === GATEWAY_QUESTION.fetch ? gatewayFetch.safeParse(json(body)) : null;
  if (!question?.success) return refusalAnswer(NOT_A_QUESTION);
  const { correlation } = question.data;
  try {
    const fetched = await parts.fetch({ gateway, ...question.data });
    return fetched.ok ? valueAnswer(fetched.value) : refusalAnswer(fetched.error);
  } catch (error) {
    parts.onFault(error, correlation);
    return refusalAnswer(
      refuse("unavailable", `Something failed inside. Its record is ${correlation}.`),
    );
  }
}

/** `u16 length of the head | head, JSON | value`. */
function valueAnswer({ value, ...head }: Fetched): Reply {
  const text = Buffer.from(JSON.stringify(head satisfies FetchedHead));
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  try {
    const body = value.use((bytes) => Buffer.concat([length, text, bytes]));
    return { kind: GATEWAY_ANSWER.value, body };
  } finally {
    value.wipe();
  }
}

function refusalAnswer({ code, message }: Refusal): Reply {
  return { kind: GATEWAY_ANSWER.refusal, body: Buffer.from(JSON.stringify({ code, message })) };
}

function json(body: Buffer): unknown {
  try {
    return parseBoundedJson(body, { maxBytes: MAX_QUESTION_BYTES, maxDepth: 2 });
  } catch (error) {
    if (error instanceof BoundedJsonError) return undefined;
    throw error;
  }
}

const NOT_A_GATEWAY = refuse(
  "not-signed-in",
  "This is not the credential of a gateway that this installation names.",
);
const NOT_A_QUESTION = refuse("malformed", "A gateway may fetch, and nothing else.");
const STOPPING = refuse("unavailable", "The key service is being stopped. Try again in a moment.");
const TOO_MANY = refuse("rate-limited", "Too many fetches at once. Wait for answers.");
