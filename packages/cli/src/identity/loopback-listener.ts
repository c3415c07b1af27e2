import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Stop } from "../stop.ts";

/**
 * Takes the one redirect with which the desk sends the browser back after the device was enrolled
 * (RFC 8252 section 7.3): `GET /callback?code=…` on 127.0.0.1, a port of the system's choosing.
 *
 * Any page or program on this machine can call it too, so a code is only a hint: it is worth something
 * only together with a signature of the device key, and the key service says whether it belongs to
 * this login. `accept` judges each code; the listener goes on until one is accepted.
 */
export type LoopbackListener = {
  readonly port: number;
  close(): Promise<void>;
};

const CODE = /^[A-Za-z0-9_-]{20,100}$/;

export async function listenForRedirect(
  accept: (code: string) => Promise<boolean>,
): Promise<LoopbackListener> {
  const server = createServer(
    { maxHeaderSize: 8192, requestTimeout: 10_000 },
    (request, response) => {
      const code = codeOf(request, portOf(server));
      if (code === null) {
        answer(response, 404, "There is nothing here.");
        return;
      }
      accept(code).then(
        (accepted) =>
          accepted
            ? answer(
                response,
                200,
                "This device is enrolled. You can close this page and go back to the terminal.",
              )
            : answer(
                response,
                400,
                "That was not the code of this enrolment. Go back to the terminal.",
              ),
        () => answer(response, 500, "The enrolment did not end well. The terminal says why."),
      );
    },
  );
  server.maxConnections = 16;
  await new Promise<void>((resolve, reject) => {
    server.once("error", () =>
      reject(
        new Stop(
          "fault",
          "No port on 127.0.0.1 could be opened for the browser's way back.",
          "secrets login --no-browser",
        ),
      ),
    );
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    port: portOf(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

/** Null for anything but exactly that one request: another host name means DNS rebinding. */
function codeOf(request: IncomingMessage, port: number): string | null {
  if (request.method !== "GET" || request.headers.host !== `127.0.0.1:${port}`) return null;
  const found = /^\/callback\?code=([^&]*)$/.exec(request.url ?? "")?.[1];
  return found !== undefined && CODE.test(found) ? found : null;
}

function answer(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    connection: "close",
  });
  response.end(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>secrets</title><h1>${sentence}</h1></html>\n`,
  );
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
