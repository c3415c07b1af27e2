import { Agent, request } from "node:http";
import {
  PEOPLE_API,
  type PeopleApiInput,
  type PeopleApiOutput,
  type PeopleApiPath,
} from "@countersign/protocol/people-api";
import { problem } from "@countersign/protocol/refusals";

export type Answered<T> =
  | { readonly ok: true; readonly value: T; readonly cookie: string | null }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Calls of the desk's listener as one machine makes them, over one connection. */
export class DeskCalls {
  readonly #origin: URL;
  readonly #agent: Agent;

  /** @param machine number of the machine: each has an address of its own, since the listener counts by address */
  constructor(deskOrigin: string, machine: number) {
    this.#origin = new URL(deskOrigin);
    // On Linux all of 127.0.0.0/8 is this machine.
    const own = process.platform === "linux" ? { localAddress: `127.0.77.${machine}` } : {};
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1, ...own });
  }

  /** @throws Error where nobody answers, or in a form that is not of this version */
  async call<P extends PeopleApiPath>(
    path: P,
    input: PeopleApiInput<P>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered<PeopleApiOutput<P>>> {
    const body = JSON.stringify(input);
    const { status, text, cookie } = await this.#post(path, body, headers);
    const json: unknown = JSON.parse(text);
    if (status !== 200) {
      const { code, detail } = problem.parse(json);
      return { ok: false, code, message: detail };
    }
    // parsed by the schema of this very path
    return { ok: true, value: PEOPLE_API[path].output.parse(json) as PeopleApiOutput<P>, cookie };
  }

  end(): void {
    this.#agent.destroy();
  }

  #post(path: string, body: string, headers: Readonly<Record<string, string>>) {
    const { host, port, origin } = this.#origin;
    const page = path.startsWith("/desk/") ? { "sec-fetch-site": "same-origin", origin } : {};
    return new Promise<{ status: number; text: string; cookie: string | null }>((done, fail) => {
      const sent = request(
        {
          host: "127.0.0.1",
          port,
          path,
          method: "POST",
          agent: this.#agent,
          headers: {
            "content-type": "application/json",
            "content-length": Buffer.byteLength(body),
            host,
            ...page,
            ...headers,
          },
        },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (more: string) => {
            text += more;
          });
          response.on("error", fail).on("end", () => {
            const [cookie] = response.headers["set-cookie"] ?? [];
            done({
              status: response.statusCode ?? 0,
              text,
              cookie: cookie?.split(";")[0] ?? null,
            });
          });
        },
      );
      sent.on("error", fail).end(body);
    });
  }
}

/** @throws Error with the refusal's own words */
export function mustHave<T>(answer: Answered<T>, what: string): T {
  if (answer.ok) return answer.value;
  throw new Error(`${what} was refused (${answer.code}): ${answer.message}`);
}
