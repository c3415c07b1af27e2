import { refuse } from "@countersign/protocol/refusals";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { theConsole } from "../../../../server/console/console.ts";
import { createContext } from "../../../../server/console/http/create-context.ts";
import { isFromOwnPage } from "../../../../server/console/http/same-origin.ts";
import { RefusalError } from "../../../../server/console/trpc/refusal-error.ts";
import { appRouter } from "../../../../server/console/trpc/root.ts";

/** More than any form of the console sends. */
const MAX_BODY_BYTES = 256 * 1024;
const MAX_BATCH = 20;

async function answer(request: Request): Promise<Response> {
  const { config, parts } = theConsole();
  const context = createContext({ parts, origin: config.origin }, request.headers);
  // Reads are refused too: no page of another origin has any business here.
  if (!isFromOwnPage(request.headers, config.origin)) return refused(403);
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) return refused(413);
  const response = await fetchRequestHandler({
    endpoint: "/api/trpc",
    req: request,
    router: appRouter,
    allowBatching: true,
    maxBatchSize: MAX_BATCH,
    createContext: () => context,
    onError: ({ error, path }) => {
      if (error instanceof RefusalError || error.code !== "INTERNAL_SERVER_ERROR") return;
      parts.log.error("call-failed", "A call of a page failed inside.", {
        route: path,
        correlationId: context.correlation,
        reason: error.cause?.stack ?? error.message,
      });
    },
  });
  const headers = new Headers(response.headers);
  headers.set("cache-control", "no-store");
  for (const cookie of context.set) headers.append("set-cookie", cookie);
  return new Response(response.body, { status: response.status, headers });
}

function refused(status: 403 | 413): Response {
  const said =
    status === 403
      ? refuse("not-allowed", "Calls come from the console's own pages.")
      : refuse("too-large", "The call is larger than 256 KiB.");
  return Response.json(said, { status, headers: { "cache-control": "no-store" } });
}

export const GET = answer;
export const POST = answer;
