import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { Stop } from "../stop.ts";
import { lookup } from "./localhost-lookup.ts";

/** The largest answer, a list of 50 proposals with what opens them, stays well below. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const DEADLINE_MS = 30_000;

export type Answer = {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
};

export type Post = {
  readonly url: URL;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the call early, e.g. on Ctrl-C. */
  readonly signal?: AbortSignal;
  readonly deadlineMs?: number;
};

/**
 * One POST on one connection, under one deadline for all of it: a service that sends a byte a second
 * holds nobody. Redirects are not followed and proxies not used: whoever answers must be the address
 * itself.
 *
 * @throws Stop `unreachable` when nothing answers in time; `answer-not-understood` on more than 4 MiB;
 * `service-changed` when TLS does not prove the host.
 */
export async function postJson(post: Post): Promise<Answer> {
  const deadline = AbortSignal.timeout(post.deadlineMs ?? DEADLINE_MS);
  const signal = post.signal === undefined ? deadline : AbortSignal.any([deadline, post.signal]);
  try {
    return await send(post, signal);
  } catch (error) {
    if (error instanceof Stop) throw error;
    if (post.signal?.aborted) throw new Stop("interrupted", "Stopped.");
    if (deadline.aborted) throw unreachable(post.url, "did not answer in time");
    throw faultOf(post.url, error);
  }
}

function send(post: Post, signal: AbortSignal): Promise<Answer> {
  const request = post.url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      post.url,
      {
        method: "POST",
        agent: false,
        lookup,
        signal,
        headers: {
          ...post.headers,
          "content-type": "application/json",
          "content-length": String(post.body.length),
          accept: "application/json, application/problem+json",
        },
      },
      (incoming) => {
        readAll(incoming).then(
          (body) =>
            resolve({
              status: incoming.statusCode ?? 0,
              contentType: (incoming.headers["content-type"] ?? "").split(";")[0]?.trim() ?? "",
              body,
            }),
          reject,
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(post.body);
  });
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming) {
    const bytes = Buffer.from(part);
    size += bytes.length;
    if (size > MAX_ANSWER_BYTES) {
      incoming.destroy();
      throw new Stop(
        "answer-not-understood",
        "The service sent an answer larger than 4 MiB; it was not read.",
      );
    }
    parts.push(bytes);
  }
  // An answer that was cut off ends without an error of its own in some Node versions.
  if (!incoming.complete) throw new Error("the answer was cut off");
  return Buffer.concat(parts);
}

const TLS_CODES =
  /^(CERT_|ERR_TLS_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|ERR_SSL_|EPROTO)/;

function faultOf(url: URL, error: unknown): Stop {
  const codes = codesOf(error);
  const tls = codes.find((code) => TLS_CODES.test(code));
  if (tls !== undefined) {
    return new Stop(
      "service-changed",
      `The connection to ${url.origin} could not be proven to be that host (${tls}).`,
      "Check the address, https:// or http:// included. Where your company has its own certificate authority, name it in NODE_EXTRA_CA_CERTS.",
    );
  }
  const refused = codes.some((code) =>
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/.test(code),
  );
  return unreachable(url, refused ? null : "broke off the answer");
}

function unreachable(url: URL, what: string | null): Stop {
  return what === null
    ? new Stop(
        "unreachable",
        `Nothing answers at ${url.origin}.`,
        "Is the service running? In a development checkout, `npm start` starts it.",
      )
    : new Stop(
        "unreachable",
        `The service at ${url.origin} ${what}.`,
        "Run the same command again in a moment; nothing was lost.",
      );
}

/** A connection that tried several addresses fails with all of them in one error. */
function codesOf(error: unknown): string[] {
  if (error instanceof AggregateError) return error.errors.flatMap(codesOf);
  if (error instanceof Error && "code" in error && typeof error.code === "string")
    return [error.code];
  return [];
}
