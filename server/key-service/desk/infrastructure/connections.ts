import type { Server, ServerOptions } from "node:http";
import type { Socket } from "node:net";

/** How long a sender may take, in milliseconds: to the end of the headers, and to the end of the body. */
export type Patience = { readonly headers: number; readonly request: number };

/**
 * Against callers who send slowly, much, or never. At most 1,000 sockets x (16 KiB of headers + 128 KiB
 * of body) are held.
 */
export function serverLimits(patience: Patience = { headers: 10_000, request: 20_000 }) {
  return {
    maxHeaderSize: 16_384,
    headersTimeout: patience.headers,
    requestTimeout: patience.request,
    keepAliveTimeout: 10_000,
    connectionsCheckingInterval: Math.min(1000, patience.headers),
    requireHostHeader: true,
    insecureHTTPParser: false,
    noDelay: true,
  } satisfies ServerOptions;
}

const MAX_CONNECTIONS = 1000;

/** What the HTTP parser refuses gets a status only while no call of that connection waits for its answer. */
export function guardConnections(server: Server): void {
  server.maxConnections = MAX_CONNECTIONS;
  // No cap by count: what is over it would be dropped in silence. `maxHeaderSize` bounds them.
  server.maxHeadersCount = 0;
  const busy = new WeakSet<object>();
  server.on("request", (request, response) => {
    busy.add(request.socket);
    response.once("close", () => busy.delete(request.socket));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    // Bytes written now would be read as the answer to the call before.
    if (!socket.writable || busy.has(socket) || error.code === "ECONNRESET") {
      socket.destroy();
      return;
    }
    socket.end(
      `HTTP/1.1 ${PARSER_STATUS[error.code ?? ""] ?? "400 Bad Request"}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
  });
}

const PARSER_STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

export async function closeGently(server: Server, milliseconds: number): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), milliseconds);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}
