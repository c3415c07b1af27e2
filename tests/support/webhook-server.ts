import { createServer, type IncomingHttpHeaders } from "node:http";
import { freePort } from "../../scripts/lib/free-port.mjs";

export type WebhookReceived = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** Takes calls and answers with the next of `answers`, then with 204. */
export async function startWebhookServer() {
  const received: WebhookReceived[] = [];
  const answers: { status: number; location?: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (more: string) => {
      body += more;
    });
    request.on("end", () => {
      received.push({ path: request.url ?? "", headers: request.headers, body });
      const { status, location } = answers.shift() ?? { status: 204 };
      response.writeHead(status, location === undefined ? {} : { location }).end();
    });
  });
  const port = await freePort();
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  return {
    port,
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answers,
    stop: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(done);
      }),
  };
}
