import { lookup as systemLookup } from "node:dns";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { type Json, parseBoundedJson } from "@countersign/protocol/bounded-json";

/** Somebody else's server did not answer, or not with what can be used. The message names the address only. */
export class GetFailed extends Error {
  override readonly name = "GetFailed";
}

export type BoundedGet = (address: string) => Promise<Json>;

const LIMITS = { maxBytes: 262_144, maxDepth: 8 };

/**
 * Reads one JSON document: 256 KiB at most, within the time given altogether, no redirect followed, JSON as
 * strict as the protocol's own. Sends nothing but the path.
 *
 * @throws GetFailed
 */
export function createBoundedGet(patienceMs: number): BoundedGet {
  return async (address) => {
    try {
      return parseBoundedJson(await readAll(new URL(address), patienceMs), LIMITS);
    } catch (error) {
      const why = error instanceof Error ? error.message : "unknown";
      throw new GetFailed(`${address} gave nothing that can be used: ${why}`, { cause: error });
    }
  };
}

export const boundedGet = createBoundedGet(5_000);

function readAll(url: URL, patienceMs: number): Promise<Buffer> {
  const ask = url.protocol === "https:" ? httpsRequest : httpRequest;
  const signal = AbortSignal.timeout(patienceMs);
  return new Promise((resolve, reject) => {
    const headers = { accept: "application/json" };
    const sent = ask(url, { headers, signal, agent: false, lookup }, (response) => {
      collect(response).then(resolve, reject);
    });
    sent.once("error", reject).end();
  });
}

async function collect(response: IncomingMessage): Promise<Buffer> {
  try {
    if (response.statusCode !== 200) throw new Error(`status ${response.statusCode ?? 0}`);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > LIMITS.maxBytes) throw new Error(`more than ${LIMITS.maxBytes} bytes`);
      chunks.push(bytes);
    }
    return Buffer.concat(chunks);
  } finally {
    response.destroy();
  }
}

/** Names under `localhost` are this machine (RFC 6761 section 6.3), which not every resolver knows. */
const lookup: LookupFunction = (hostname, options, callback) => {
  if (!hostname.endsWith(".localhost")) return systemLookup(hostname, options, callback);
  if (options.all) callback(null, [{ address: "127.0.0.1", family: 4 }]);
  else callback(null, "127.0.0.1", 4);
};
