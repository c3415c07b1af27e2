import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import { createLog } from "../../server/observability/log.ts";
import { accountOf } from "./cast.ts";
import { choosePage, pageHeaders, troublePage } from "./pages.ts";
import { createProvider } from "./provider.ts";
import { readSettings, type Settings } from "./settings.ts";

/*
 * The identity provider of a development installation: real OpenID Connect, with people who need no password. Its
 * own process, since a real one is somebody else's. Never part of production.
 */
const log = createLog({ process: "dev-idp" });
const settings = readSettings();
const provider = createProvider(settings);
const protocol = provider.callback();
const headers = pageHeaders([settings.consoleOrigin, settings.deskOrigin]);
const MOST_FORM_BYTES = 1000;

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    const reason = error instanceof Error ? error.name : typeof error;
    log.warn("request-failed", "A request could not be answered.", { reason });
    if (response.headersSent) return response.destroy();
    response
      .writeHead(400, headers)
      .end(troublePage("This sign-in is over. Start again at the console."));
  });
});
server.listen(settings.port, "127.0.0.1", () => {
  log.info("started", "The development identity provider is ready.", { port: settings.port });
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", settings.issuer);
  if (pathname === "/healthz" || pathname === "/readyz") {
    response.writeHead(200, { "content-type": "text/plain" }).end("ok\n");
  } else if (/^\/sign-in\/[\w-]+$/.test(pathname)) {
    await signIn(provider, settings, { request, response, pathname });
  } else {
    protocol(request, response);
  }
}

async function signIn(
  of: Provider,
  { issuer }: Settings,
  call: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly pathname: string;
  },
): Promise<void> {
  const { request, response, pathname } = call;
  await of.interactionDetails(request, response);
  if (request.method === "GET") {
    response.writeHead(200, headers).end(choosePage(pathname));
    return;
  }
  const fromHere = request.headers.origin === new URL(issuer).origin;
  const account = accountOf((await form(request)).get("subject") ?? "");
  if (request.method !== "POST" || !fromHere || account === undefined) {
    response
      .writeHead(400, headers)
      .end(troublePage("Nobody was chosen. Go back and choose a person."));
    return;
  }
  const login = { accountId: account.subject, remember: false };
  await of.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
}

async function form(request: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MOST_FORM_BYTES) throw new Error("the form is too large");
  }
  return new URLSearchParams(text);
}
