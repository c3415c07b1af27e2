import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Metrics } from "./metrics.ts";

export type StatusListenerOptions = {
  /** Loopback unless health is asked from elsewhere; figures are told to this machine only, whatever stands here. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Null when the process should get work; otherwise one sentence that says what is missing. */
  readonly whyNotReady: () => Promise<string | null>;
  readonly metrics: Metrics;
};

export type StatusListener = { readonly port: number; readonly stop: () => Promise<void> };

const TEXT = "text/plain; charset=utf-8";
const EXPOSITION = "text/plain; version=0.0.4; charset=utf-8";

/**
 * An address of its own for whoever supervises a process: `/healthz` (it answers), `/readyz` (it can work, or why
 * not), `/metrics`. In clear, and never on the address that people or workloads use.
 */
export async function startStatusListener(of: StatusListenerOptions): Promise<StatusListener> {
  const server = createServer(
    { requestTimeout: 5_000, maxHeaderSize: 8_192 },
    (request, response) => {
      answer(of, request, response).catch(() => response.destroy());
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(of.port, of.host ?? "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port, // listening on TCP
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  of: StatusListenerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const say = (status: number, text: string, type = TEXT) =>
    response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(text);
  if (request.method !== "GET" && request.method !== "HEAD") return void say(405, "GET only\n");
  switch (request.url) {
    case "/healthz":
      return void say(200, "alive\n");
    case "/readyz": {
      const missing = await of.whyNotReady();
      return void (missing === null ? say(200, "ready\n") : say(503, `${missing}\n`));
    }
    case "/metrics":
      if (!isLocal(request)) return void say(403, "Metrics are told to this machine only.\n");
      return void say(200, await of.metrics.text(), EXPOSITION);
    default:
      return void say(404, "/healthz, /readyz, /metrics\n");
  }
}

/** From this machine, and under a name of it: a page that rebound its own name to loopback is not heard. */
function isLocal({ socket, headers }: IncomingMessage): boolean {
  const host = (headers.host ?? "").replace(/:\d+$/, "");
  return (
    /^(?:::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? "") &&
    ["127.0.0.1", "localhost", "[::1]"].includes(host)
  );
}
