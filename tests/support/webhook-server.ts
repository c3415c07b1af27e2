import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { freePort } from "../../scripts/lib/free-port.mjs";

export type WebhookReceived = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

const OLDEST_SECONDS = 300;

/**
 * Takes calls and answers with the next of `answers`, then with 204. Where it knows a secret it does what it should:
 * answers 401 to a call whose signature is not right, or old.
 */
export async function startWebhookServer(
  of: {
    readonly tls?: { readonly pem: string; readonly keyPem: string };
    readonly secret?: string;
  } = {},
) {
  const received: WebhookReceived[] = [];
  const answers: { status: number; location?: string }[] = [];
  let connections = 0;
  const listener: RequestListener = (request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (more: string) => {
      body += more;
    });
    request.on("end", () => {
      if (of.secret !== undefined && !isOurs(request.headers, body, of.secret)) {
        response.writeHead(401).end();
        return;
      }
      received.push({ path: request.url ?? "", headers: request.headers, body });
      const { status, location } = answers.shift() ?? { status: 204 };
      response.writeHead(status, location === undefined ? {} : { location }).end();
    });
  };
  const server =
    of.tls === undefined
      ? createServer(listener)
      : createTlsServer({ cert: of.tls.pem, key: of.tls.keyPem }, listener);
  server.on("connection", () => {
    connections += 1;
  });
  const port = await freePort();
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  const base = of.tls === undefined ? "http://127.0.0.1" : "https://localhost";
  return {
    port,
    url: `${base}:${port}/hook`,
    received,
    answers,
    /** How often somebody connected. */
    connections: () => connections,
    stop: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(done);
      }),
  };
}

/** As the documentation tells receivers to look at `countersign-signature`. */
function isOurs(headers: IncomingHttpHeaders, body: string, secret: string): boolean {
  const [, seconds = "0", mac = ""] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers["countersign-signature"])) ?? [];
  const right = createHmac("sha256", secret).update(`${seconds}.${body}`).digest();
  const isFresh = Math.abs(Date.now() / 1000 - Number(seconds)) < OLDEST_SECONDS;
  return mac !== "" && isFresh && timingSafeEqual(Buffer.from(mac, "hex"), right);
}
