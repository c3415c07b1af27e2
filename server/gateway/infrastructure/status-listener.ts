import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** `/healthz`: the process answers. `/readyz`: it can fetch. In clear, for whoever supervises it. */
export async function startStatusListener(of: {
  readonly host: string;
  readonly port: number;
  readonly isReady: () => boolean;
}): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
  const server = createServer({ requestTimeout: 5_000 }, (request, response) => {
    const [status, text] =
      request.url === "/healthz"
        ? [200, "alive\n"]
        : request.url === "/readyz"
          ? of.isReady()
            ? [200, "ready\n"]
            : [503, "the key service cannot be reached\n"]
          : [404, "/healthz, /readyz\n"];
    response.writeHead(Number(status), { "content-type": "text/plain" }).end(text);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(of.port, of.host, resolve);
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
