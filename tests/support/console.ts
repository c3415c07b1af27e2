import { request as httpRequest } from "node:http";
import type { Installation } from "./installation.ts";

export type ConsoleAnswer = { readonly status: number; readonly json: Record<string, unknown> };

/** What a hostile console can say: any call on the RPC socket, with the console's own credential. */
export function consoleCall(
  installation: Installation,
  path: string,
  body: unknown,
  credential = installation.consoleCredential(),
): Promise<ConsoleAnswer> {
  return new Promise((done, fail) => {
    const sent = httpRequest(
      {
        socketPath: installation.rpcSocket,
        path,
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${credential}` },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (more) => {
          text += more;
        });
        response.on("error", fail).on("end", () => {
          done({
            status: response.statusCode ?? 0,
            json: JSON.parse(text) as Record<string, unknown>,
          });
        });
      },
    );
    sent.on("error", fail).end(JSON.stringify(body));
  });
}
