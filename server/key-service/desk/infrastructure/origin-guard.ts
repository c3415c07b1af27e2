import type { IncomingMessage } from "node:http";
import { type RequestRefusal, requestRefusal } from "./request-refusal.ts";

/** `desk`: pages and desk routes; `people`: the command line's routes; `probe`: liveness and readiness. */
export type Audience = "desk" | "people" | "probe";

export type OriginGuard = (audience: Audience, request: IncomingMessage) => RequestRefusal | null;

/** Of these, a second copy could make two readers see two different requests. */
const ONLY_ONCE = [
  "host",
  "origin",
  "sec-fetch-site",
  "content-type",
  "content-length",
  "transfer-encoding",
  "authorization",
  "cookie",
];

/**
 * Decides by Host, Origin and Fetch Metadata whether a request may be for us at all. There is no CORS:
 * no answer ever carries an `Access-Control-` header, so another origin's page can neither read an
 * answer nor send JSON; this guard refuses what it could still send.
 *
 * - Host must be the desk's own (DNS rebinding gives the attacker's name). The command line connects
 *   to loopback by its own lookup and may also say `127.0.0.1` or `localhost` with our port.
 * - Desk calls must come from the desk's page: Origin and Sec-Fetch-Site, where present, must say so,
 *   and one of them must be present. Browsers send Origin with every POST.
 * - The command line sends neither; a browser that calls its routes must be on the desk's page.
 * - Probes know no name for us and learn one word; they are not asked.
 *
 * A caller that is no browser can write these headers as it likes: they guard people's browsers, they
 * prove nothing about the caller.
 */
export function createOriginGuard(deskOrigin: string, port: () => number): OriginGuard {
  const deskHost = new URL(deskOrigin).host;
  return (audience, request) => {
    if (request.httpVersion !== "1.1") {
      return requestRefusal("malformed", "Speak HTTP/1.1.", { status: 505, close: true });
    }
    if (repeatsOneOf(request.rawHeaders, ONLY_ONCE)) {
      return requestRefusal("malformed", "The request repeats a header that may stand once.", {
        close: true,
      });
    }
    if (audience === "probe") return null;
    const host = request.headers.host ?? "";
    const loopback =
      audience === "people" && [`127.0.0.1:${port()}`, `localhost:${port()}`].includes(host);
    if (host !== deskHost && !loopback) {
      return requestRefusal(
        "not-allowed",
        `This is not the host that was asked for. The desk is at ${deskOrigin}.`,
        {
          status: 421, // Misdirected Request, RFC 9110 section 15.5.20
        },
      );
    }
    if (request.method === "GET" || request.method === "HEAD") return null;
    const { origin } = request.headers;
    const site = request.headers["sec-fetch-site"];
    const fromElsewhere =
      (origin !== undefined && origin !== deskOrigin) ||
      (site !== undefined && site !== "same-origin");
    const silent = origin === undefined && site === undefined;
    if (fromElsewhere || (silent && audience === "desk")) {
      return requestRefusal(
        "not-allowed",
        `Only the desk's own page may do this. Open ${deskOrigin}.`,
      );
    }
    return null;
  };
}

function repeatsOneOf(rawHeaders: readonly string[], names: readonly string[]): boolean {
  const seen = new Set<string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase() ?? "";
    if (seen.has(name) && names.includes(name)) return true;
    seen.add(name);
  }
  return false;
}
