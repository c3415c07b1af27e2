import { request } from "node:http";
import {
  CONSOLE_API,
  type ConsoleApiInput,
  type ConsoleApiOutput,
  type ConsoleApiPath,
} from "@countersign/protocol/console-api";
import { REFUSAL_CODES, type Refusal, refuse } from "@countersign/protocol/refusals";
import * as z from "zod";
import { err, ok, type Result } from "../../kernel/result.ts";

const ANSWER_WITHIN_MS = 10_000;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

export type KeyServiceRefusal = Refusal & { readonly correlation: string | null };

/** The console's calls to the key service. A port, so that pages can be tested against answers of any kind. */
export interface KeyService {
  /**
   * Refusals come back as values, `unavailable` where nobody answers. Never retried: a draft is not idempotent.
   * @param correlation of the page's call: the key service's log and its entries carry it too
   */
  call<P extends ConsoleApiPath>(
    path: P,
    input: ConsoleApiInput<P>,
    correlation?: string,
  ): Promise<Result<ConsoleApiOutput<P>, KeyServiceRefusal>>;
}

const refusal = z.object({
  code: z.enum(REFUSAL_CODES),
  message: z.string(),
  correlation: z.string().optional(),
});

/** Over a unix socket that only this account and the key service's can open, with a bearer credential. */
export class KeyServiceClient implements KeyService {
  readonly #socket: string;
  readonly #credential: () => string;

  /** @param credential read at each call: the key service makes it at its first start */
  constructor(options: { readonly socket: string; readonly credential: () => string }) {
    this.#socket = options.socket;
    this.#credential = options.credential;
  }

  async call<P extends ConsoleApiPath>(
    path: P,
    input: ConsoleApiInput<P>,
    correlation?: string,
  ): Promise<Result<ConsoleApiOutput<P>, KeyServiceRefusal>> {
    let answer: { status: number; body: unknown };
    try {
      answer = await this.#post(path, JSON.stringify(input), correlation);
    } catch {
      return err(AWAY);
    }
    if (answer.status !== 200) {
      const said = refusal.safeParse(answer.body);
      if (!said.success) return err(AWAY);
      const { code, message, correlation = null } = said.data;
      return err({ code, message, correlation });
    }
    const output = CONSOLE_API[path].output.safeParse(answer.body);
    if (!output.success) return err(OTHER_VERSION);
    return ok(output.data as ConsoleApiOutput<P>); // parsed by the schema of this very path
  }

  #post(
    path: string,
    body: string,
    correlation: string | undefined,
  ): Promise<{ status: number; body: unknown }> {
    return new Promise((done, fail) => {
      const sent = request(
        {
          socketPath: this.#socket,
          path,
          method: "POST",
          headers: {
            "content-type": "application/json",
            "content-length": Buffer.byteLength(body),
            authorization: `Bearer ${this.#credential()}`,
            ...(correlation === undefined ? {} : { "correlation-id": correlation }),
          },
          signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
        },
        (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          response.on("data", (chunk: Buffer) => {
            size += chunk.length;
            if (size > MAX_ANSWER_BYTES) response.destroy(new Error("the answer is too large"));
            else chunks.push(chunk);
          });
          response.on("error", fail).on("end", () => {
            try {
              const text = Buffer.concat(chunks).toString("utf8");
              done({ status: response.statusCode ?? 0, body: JSON.parse(text) });
            } catch (error) {
              fail(error);
            }
          });
        },
      );
      sent.on("error", fail).end(body);
    });
  }
}

const AWAY: KeyServiceRefusal = {
  ...refuse(
    "unavailable",
    "The key service does not answer. Nothing was drafted or changed. Lists show what was last recorded; try again in a moment.",
  ),
  correlation: null,
};
const OTHER_VERSION: KeyServiceRefusal = {
  ...refuse(
    "unavailable",
    "The key service answered in a form that this console does not know. An operator brings both to the same version.",
  ),
  correlation: null,
};
