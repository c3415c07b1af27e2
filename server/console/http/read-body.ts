import { BoundedJsonError, parseBoundedJson } from "@countersign/protocol/bounded-json";
import { utf8 } from "@countersign/protocol/bytes";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import { err, ok, type Result } from "../../kernel/result.ts";

/** More than any form of the console sends. */
export const MAX_BODY_BYTES = 256 * 1024;
/** The deepest input of a procedure, in a batch, is 7. */
const LIMITS = { maxBytes: MAX_BODY_BYTES, maxDepth: 12 };

/**
 * The same call with a body that was read to its end: never more than 256 KiB, whatever the header says or leaves
 * out, and strict JSON of bounded depth [L6]. Of a GET the `input` of its address is judged in the same way.
 */
export async function readCall(request: Request): Promise<Result<Request, Refusal>> {
  const { method, url, headers } = request;
  if (request.body === null) {
    const input = new URL(url).searchParams.get("input");
    const judged = input === null ? null : judge(utf8(input));
    return judged === null ? ok(request) : err(judged);
  }
  const body = await read(request.body);
  if (body === null) return err(refuse("too-large", "The call is larger than 256 KiB."));
  // A call without an input has an empty body.
  const judged = body.length === 0 ? null : judge(body);
  return judged === null ? ok(new Request(url, { method, headers, body })) : err(judged);
}

async function read(stream: ReadableStream<Uint8Array>): Promise<Buffer<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function judge(bytes: Uint8Array): Refusal | null {
  try {
    parseBoundedJson(bytes, LIMITS);
    return null;
  } catch (error) {
    if (error instanceof BoundedJsonError) return refuse("malformed", `${sentence(error)}.`);
    throw error;
  }
}

const sentence = ({ message }: Error) => message.charAt(0).toUpperCase() + message.slice(1);
