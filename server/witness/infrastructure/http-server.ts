import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Log } from "../../observability/log.ts";
import type { Answer, Witness } from "../witness.ts";
import type { WitnessFigures } from "../witness-figures.ts";

/** A submission with 63 proof lines and 16 large signatures is below this. */
const maxBodyBytes = 65_536;

type Reply = { readonly code: number; readonly body: string; readonly type?: string };

const statusOf = {
  malformed: { code: 400, body: "not a submission as c2sp.org/tlog-witness describes it\n" },
  "size-reversed": { code: 400, body: "the old size is larger than the checkpoint\n" },
  "unknown-log": { code: 404, body: "this witness does not serve the log of this origin\n" },
  "not-signed-by-log": { code: 403, body: "the checkpoint is not signed by a key of its log\n" },
  inconsistent: { code: 422, body: "the consistency proof does not verify\n" },
} as const satisfies Record<Exclude<Answer["status"], "cosigned" | "conflict">, Reply>;

/** C2SP tlog-witness over HTTP, and `GET /checkpoint?origin=…`, which the specification leaves open. */
export function createWitnessServer(
  witness: Witness,
  log: Log,
  figures: Pick<WitnessFigures, "answered">,
): Server {
  const limits = { requestTimeout: 10_000, headersTimeout: 5_000 };
  return createServer(limits, (request, response) => {
    handle(witness, request, { log, figures })
      .catch((error: unknown): Reply => {
        log.error("request-failed", error instanceof Error ? error.message : "unknown error");
        return { code: 500, body: "the witness could not use its state; nothing was cosigned\n" };
      })
      .then((reply) => send(response, reply));
  });
}

type Told = { readonly log: Log; readonly figures: Pick<WitnessFigures, "answered"> };

async function handle(witness: Witness, request: IncomingMessage, told: Told): Promise<Reply> {
  const url = new URL(request.url ?? "/", "http://witness");
  switch (`${request.method} ${url.pathname}`) {
    case "POST /add-checkpoint":
      return addCheckpoint(witness, request, told);
    case "GET /checkpoint":
      return latestCheckpoint(witness, url.searchParams.get("origin") ?? "");
    case "GET /healthz":
      return { code: 200, body: "alive\n" };
    case "GET /readyz":
      return ready(witness, told.log);
    default:
      return {
        code: 404,
        body: "POST /add-checkpoint, GET /checkpoint?origin=, /healthz, /readyz\n",
      };
  }
}

async function addCheckpoint(
  witness: Witness,
  request: IncomingMessage,
  { log, figures }: Told,
): Promise<Reply> {
  const body = await readBody(request);
  if (body === null) return { code: 413, body: `a submission has at most ${maxBodyBytes} bytes\n` };
  const from = performance.now();
  const answer = await witness.submit(body);
  figures.answered(answer.status, (performance.now() - from) / 1000);
  if (answer.status === "cosigned") return { code: 200, body: answer.line };
  if (answer.status === "inconsistent") {
    // It is signed by the log: either the proof is wrong, or the log has forked.
    log.warn(
      "inconsistent-checkpoint",
      "a log submitted a checkpoint that does not continue its last",
    );
  }
  if (answer.status === "conflict") {
    return { code: 409, body: `${answer.size}\n`, type: "text/x.tlog.size" };
  }
  return statusOf[answer.status];
}

async function latestCheckpoint(witness: Witness, origin: string): Promise<Reply> {
  const note = await witness.latest(origin);
  if (note === undefined) return statusOf["unknown-log"];
  return note === null ? { code: 204, body: "" } : { code: 200, body: note };
}

async function ready(witness: Witness, log: Log): Promise<Reply> {
  const missing = await whyNotReady(witness, log);
  return missing === null ? { code: 200, body: "ready\n" } : { code: 503, body: `${missing}\n` };
}

/** One sentence without internals: this address is asked by other people than the witness's own. */
export async function whyNotReady(witness: Witness, log: Log): Promise<string | null> {
  try {
    await witness.checkReady();
    return null;
  } catch (error) {
    log.error("not-ready", error instanceof Error ? error.message : "unknown error");
    return "The witness cannot use its state, so it cosigns nothing; its log says why.";
  }
}

const ANSWER_WITHIN_MS = 3_000;

/** Takes no new submission, answers those that run, then cuts. */
export async function closeGently(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), ANSWER_WITHIN_MS);
  await new Promise<void>((done) => {
    server.close(() => done());
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}

/** `null` when it is too long: the rest is not read. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  // The socket must outlive a body that is not read to its end: the refusal goes out on it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > maxBodyBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.code, {
    "content-type": reply.type ?? "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(reply.body),
    // What was not read of a long body must not be taken for the next request.
    ...(reply.code === 413 ? { connection: "close" } : {}),
  });
  response.end(reply.body);
}
