import type { IncomingMessage } from "node:http";
import { err, ok, type Result } from "../../../kernel/result.ts";
import { type RequestRefusal, requestRefusal } from "./request-refusal.ts";

/** Of a refused body this much is read and thrown away, so that its sender gets to read the refusal. */
const DISCARD_BYTES = 1024 * 1024;

/**
 * Reads the body of an API call: JSON, uncompressed, of a length said before and within `maxBytes`
 * [L6]. A body that is refused by its headers is never held. How slowly it may come is the server's
 * `requestTimeout`.
 *
 * Rejects only when the connection ends early: then nobody waits for an answer.
 */
export async function readJsonBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Result<Uint8Array, RequestRefusal>> {
  const { headers } = request;
  const length = headers["content-length"];
  const close = length === undefined || !(Number(length) <= DISCARD_BYTES);
  const refused = (status: number, message: string) =>
    err(requestRefusal(status === 413 ? "too-large" : "malformed", message, { status, close }));

  if (headers["content-type"] !== "application/json") {
    return refused(415, "Send the body as `Content-Type: application/json`.");
  }
  if (headers["content-encoding"] !== undefined) return refused(415, "Send the body uncompressed.");
  if (length === undefined || headers["transfer-encoding"] !== undefined) {
    return refused(411, "Send the body with a Content-Length.");
  }
  if (!/^\d{1,9}$/.test(length) || Number(length) > maxBytes) {
    return refused(413, `The body may have ${maxBytes} bytes at most.`);
  }
  const parts: Uint8Array[] = [];
  for await (const part of request) parts.push(part);
  // The HTTP parser never hands out more than Content-Length bytes.
  return ok(new Uint8Array(Buffer.concat(parts)));
}
