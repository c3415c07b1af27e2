import { oidcNonce } from "@countersign/protocol/sign-in";
import { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { theConsole } from "../../../../server/console/console.ts";
import { readCookie, setCookie } from "../../../../server/console/http/cookies.ts";
import { isFromOwnPage } from "../../../../server/console/http/same-origin.ts";
import { completeSignIn } from "../../../../server/console/sign-in/complete-sign-in.ts";
import {
  newSessionSecret,
  sessionDigest,
} from "../../../../server/console/sign-in/session-secret.ts";
import {
  fromCookie,
  pathOrHome,
  type StartedSignIn,
  toCookie,
} from "../../../../server/console/sign-in/started-sign-in.ts";
import { authOptions, PROVIDER } from "../auth-options.ts";

type Context = { params: Promise<{ nextauth: string[] }> };

/** Of next-auth's routes only these: its own sessions, pages and sign-out are not used. */
const CSRF = "csrf";
const BEGIN = `signin/${PROVIDER}`;
const RETURN = `callback/${PROVIDER}`;
/** Where next-auth sends whoever could not be signed in: our own page says why. */
const FAILED = "error";

export async function GET(request: NextRequest, context: Context): Promise<Response> {
  const action = (await context.params).nextauth.join("/");
  const { origin } = theConsole().config;
  if (action === CSRF) return run(request, context, { secret: newSessionSecret(), returnTo: "/" });
  if (action === FAILED) {
    const code = request.nextUrl.searchParams.get("error") ?? "";
    return toSignIn(`error=${encodeURIComponent(code.slice(0, 40))}`);
  }
  if (action !== RETURN) return notFound();
  const started = fromCookie(readCookie(request.headers.get("cookie"), "sign-in", origin));
  // Somebody else's link to our callback, or ten minutes went by at the provider.
  if (started === null) return toSignIn("refused=too-late");
  return run(request, context, started);
}

export async function POST(request: NextRequest, context: Context): Promise<Response> {
  const { origin } = theConsole().config;
  const action = (await context.params).nextauth.join("/");
  if (action !== BEGIN) return notFound();
  if (!isFromOwnPage(request.headers, origin)) return new Response(null, { status: 403 });
  const wanted = pathOrHome(request.nextUrl.searchParams.get("return"));
  const started = { secret: newSessionSecret(), returnTo: wanted };
  // next-auth hands a query on to the provider, where it could replace our nonce or scope.
  const bare = new NextRequest(new URL(request.nextUrl.pathname, origin), request);
  const response = await run(bare, context, started);
  const headers = new Headers(response.headers);
  headers.append("set-cookie", setCookie("sign-in", toCookie(started), origin));
  return new Response(response.body, { status: response.status, headers });
}

async function run(
  request: NextRequest,
  context: Context,
  started: StartedSignIn,
): Promise<Response> {
  const { config, parts } = theConsole();
  const session = sessionDigest(started.secret);
  if (session === null) return notFound();
  let began = false;
  const options = authOptions(
    config,
    {
      nonce: await oidcNonce(session),
      complete: async (idToken) => {
        const completed = await completeSignIn(parts, started, idToken);
        began = completed.began;
        return completed.goTo;
      },
    },
    parts.log,
  );
  const response: Response = await NextAuth(request, context, options);
  const headers = new Headers(response.headers);
  headers.set("cache-control", "no-store");
  if (request.method === "GET" && request.nextUrl.pathname.endsWith(RETURN)) {
    headers.append("set-cookie", setCookie("sign-in", "", config.origin));
    if (began) headers.append("set-cookie", setCookie("session", started.secret, config.origin));
  }
  return new Response(response.body, { status: response.status, headers });
}

function toSignIn(query: string): Response {
  return Response.redirect(new URL(`/sign-in?${query}`, theConsole().config.origin), 303);
}

function notFound(): Response {
  return new Response(null, { status: 404 });
}
