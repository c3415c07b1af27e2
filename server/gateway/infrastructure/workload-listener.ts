import { randomBytes } from "node:crypto";
import { TLSSocket } from "node:tls";
import { toBase32 } from "@countersign/protocol/bytes";
import { parseSecretReference } from "@countersign/protocol/names";
import { problemOf, type Refusal } from "@countersign/protocol/refusals";
import fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import type { Clock } from "../../kernel/clock.ts";
import type { Result } from "../../kernel/result.ts";
import { type RateLimit, TokenBuckets } from "../../kernel/token-buckets.ts";
import {
  EXPIRED,
  failedInside,
  NO_SUCH_PATH,
  NOT_A_NAME,
  notAWorkload,
  type SvidRefusal,
  tooFast,
  UNREADABLE,
} from "../domain/refusals.ts";
import { answerOf } from "../domain/value-answer.ts";
import type { KeyServiceChannel } from "./key-service-channel.ts";
import { type Peer, readPeer, type ServerTls, secureContext } from "./server-tls.ts";

export type WorkloadListenerOptions = {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly tls: ServerTls;
  readonly trustDomain: string;
  readonly maxSvidLifetimeSeconds: number;
  /** Of one workload's identity, whatever number of connections it has. */
  readonly rate: RateLimit;
  readonly clock: Clock;
  readonly channel: Pick<KeyServiceChannel, "fetch">;
  readonly onAnswered: (line: AnsweredLine) => void;
  readonly onFault: (error: unknown, correlation: string) => void;
};

export type AnsweredLine = {
  readonly correlation: string;
  readonly status: number;
  /** Of the refusal; empty where a value went out. */
  readonly code: string;
  readonly durationMs: number;
};

export type WorkloadListener = {
  readonly port: number;
  /** New connections use these; those that are open keep what they began with until they end. */
  readonly renewTls: (tls: ServerTls) => void;
  readonly stop: () => Promise<void>;
};

/** After this, a connection is closed between two requests and its client shows a certificate again. */
const LONGEST_CONNECTION_MS = 10 * 60_000;
const MOST_CONNECTIONS = 10_000;

/**
 * Workloads fetch here: `GET /v1/secrets/<name>` over mutual TLS 1.3, one secret each [DEL-1, NET-1]. Who
 * asks is read from the certificate, once a connection; that it still is valid, and what it may have, is
 * asked at each request. Nothing is cached: every answer has an entry in the ledger.
 */
export async function startWorkloadListener(
  of: WorkloadListenerOptions,
): Promise<WorkloadListener> {
  const app = fastify({
    https: { ...secureContext(of.tls), requestCert: true, rejectUnauthorized: true },
    logger: false,
    genReqId: () => toBase32(randomBytes(10)),
    exposeHeadRoutes: false, // who asks for headers must not be recorded as having read the value
    bodyLimit: 1_024,
    requestTimeout: 10_000,
    keepAliveTimeout: 60_000,
    forceCloseConnections: "idle",
    routerOptions: { maxParamLength: 400 },
  });
  app.server.maxConnections = MOST_CONNECTIONS;
  app.server.maxHeadersCount = 64;
  app.server.headersTimeout = 5_000;
  const peers = new WeakMap<TLSSocket, Known>();
  const buckets = new TokenBuckets(of.clock);

  const known = (socket: TLSSocket): Known => {
    const before = peers.get(socket);
    if (before !== undefined) return before;
    const rules = {
      trustDomain: of.trustDomain,
      maxLifetimeSeconds: of.maxSvidLifetimeSeconds,
      nowMs: of.clock.wall(),
    };
    const first = { peer: readPeer(socket, rules), since: of.clock.monotonic() };
    peers.set(socket, first);
    return first;
  };

  const refuse = (request: FastifyRequest, reply: FastifyReply, refusal: Refusal) => {
    const body = problemOf(refusal, request.id);
    answered(of, request, reply, body.status, refusal.code);
    return reply
      .code(body.status)
      .header("cache-control", "no-store")
      .type("application/problem+json")
      .send(JSON.stringify(body));
  };

  app.setErrorHandler((error, request, reply) => {
    const status = error instanceof Error && "statusCode" in error ? error.statusCode : 500;
    if (typeof status === "number" && status < 500) return refuse(request, reply, UNREADABLE);
    of.onFault(error, request.id);
    return refuse(request, reply, failedInside(request.id));
  });
  app.setNotFoundHandler((request, reply) => refuse(request, reply, NO_SUCH_PATH));
  app.get<{ Params: { "*": string } }>("/v1/secrets/*", async (request, reply) => {
    const { socket } = request.raw;
    if (!(socket instanceof TLSSocket)) throw new Error("this server speaks TLS only");
    const { peer, since } = known(socket);
    if (!peer.ok) return refuse(request, reply, notAWorkload(peer.error));
    const hasEnded = peer.value.expiresAtMs <= of.clock.wall();
    if (hasEnded || of.clock.monotonic() - since > LONGEST_CONNECTION_MS) {
      reply.header("connection", "close");
    }
    if (hasEnded) return refuse(request, reply, EXPIRED);
    const { workload, certificate } = peer.value;
    const seconds = buckets.take(workload, of.rate);
    if (seconds > 0) return refuse(request, reply.header("retry-after", seconds), tooFast(seconds));
    const name = parseSecretReference(request.params["*"]);
    if (name === null) return refuse(request, reply, NOT_A_NAME);

    const fetched = await of.channel.fetch({
      workload,
      certificate,
      name,
      correlation: request.id,
    });
    if (!fetched.ok) {
      if (fetched.error.code === "unavailable") reply.header("retry-after", 1);
      return refuse(request, reply, fetched.error);
    }
    const { head, value } = fetched.value;
    try {
      answered(of, request, reply, 200, "");
      return reply
        .header("cache-control", "no-store")
        .type("application/json")
        .send(answerOf(head, value));
    } finally {
      value.fill(0);
    }
  });

  await app.listen({ host: of.host, port: of.port });
  const address = app.server.address();
  return {
    port: address !== null && typeof address === "object" ? address.port : of.port,
    renewTls: (tls) => app.server.setSecureContext(secureContext(tls)),
    stop: () => app.close(),
  };
}

type Known = { readonly peer: Result<Peer, SvidRefusal>; readonly since: number };

function answered(
  of: WorkloadListenerOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  code: string,
): void {
  of.onAnswered({ correlation: request.id, status, code, durationMs: reply.elapsedTime });
}
