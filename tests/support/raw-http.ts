import { request as httpRequest, type IncomingHttpHeaders } from "node:http";

export type RawAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
};
export type RawRequest = {
  readonly port: number;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Of an answer that goes on and on: what has come when it holds this is all that is waited for. */
  readonly until?: RegExp;
  /** Of this machine, from which the call comes. */
  readonly address?: string;
};

/** One request on a connection of its own, with any header, followed nowhere. Rejects where the connection breaks. */
export function rawHttp({
  port,
  path,
  body,
  address,
  until,
  ...of
}: RawRequest): Promise<RawAnswer> {
  return new Promise((done, fail) => {
    const sent = httpRequest(
      { host: "127.0.0.1", port, path, agent: false, localAddress: address, ...of },
      (response) => {
        let text = "";
        const answer = () =>
          done({ status: response.statusCode ?? 0, headers: response.headers, text });
        response.setEncoding("utf8").on("data", (more) => {
          text += more;
          if (until?.test(text) !== true) return;
          answer();
          sent.destroy();
        });
        response.on("error", fail).on("end", answer);
      },
    );
    sent.on("error", fail).end(body);
  });
}
