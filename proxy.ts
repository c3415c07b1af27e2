import { type NextRequest, NextResponse } from "next/server";
import { loadConsoleOrigin } from "./server/config/console-config.ts";
import { cookieName } from "./server/console/http/cookies.ts";
import { securityHeaders } from "./server/console/http/security-headers.ts";

let origin: string | undefined;

/**
 * Headers of every page, and the way to the sign-in page for a browser without a session's cookie. Nothing is
 * authorised here (lesson L25): whoever brings any cookie passes, and is judged where something is read.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  origin ??= loadConsoleOrigin();
  const hasCookie = request.cookies.has(cookieName("session", origin));
  // Whoever collects pages for a search engine has no session: that is all that one ever gets.
  const headers: Readonly<Record<string, string>> = {
    ...securityHeaders(nonce, origin),
    ...(hasCookie ? {} : { "x-robots-tag": "noindex, nofollow" }),
  };
  if (isPage(request.nextUrl.pathname) && !hasCookie) {
    const { pathname, search } = request.nextUrl;
    const wanted = pathname === "/" ? "" : `?return=${encodeURIComponent(pathname + search)}`;
    return NextResponse.redirect(new URL(`/sign-in${wanted}`, origin), { status: 307, headers });
  }
  const forwarded = new Headers(request.headers);
  forwarded.set("x-nonce", nonce);
  // Next reads the nonce for its own scripts out of this header of the *request*.
  forwarded.set("content-security-policy", headers["content-security-policy"] ?? "");
  const response = NextResponse.next({ request: { headers: forwarded } });
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}

/** Rooms of the console: what is no call, no file and not the sign-in page itself. */
function isPage(path: string): boolean {
  return !/^\/(?:api\/|_next\/|sign-in$|healthz$|readyz$)|\.[a-z]+$/.test(path);
}

/** Files with a digest in their name are cached for ever and need no page's headers. */
export const config = { matcher: ["/((?!_next/static/).*)"] };
