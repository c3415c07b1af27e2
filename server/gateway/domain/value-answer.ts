import type { FetchedHead } from "@countersign/protocol/gateway-wire";

/**
 * The JSON that a workload gets: text as text, anything else as base64. `entry` is the ledger entry that
 * says that the value left. A string in JavaScript cannot be wiped: this process is trusted with what it
 * delivers, and holds it no longer than the answer takes.
 */
export function answerOf(head: FetchedHead, value: Buffer): string {
  const text = asText(value);
  return JSON.stringify({
    name: head.name,
    version: head.version,
    type: head.type,
    encoding: text === null ? "base64" : "utf-8",
    value: text ?? value.toString("base64"),
    expiresAt: head.expiresAt,
    entry: head.intent,
  });
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function asText(value: Buffer): string | null {
  try {
    return utf8.decode(value);
  } catch {
    return null;
  }
}
