import { REFUSALS, type Refusal, refuse } from "@countersign/protocol/refusals";
import type { TRPCError } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { theConsole } from "../../../../server/console/console.ts";
import { createContext } from "../../../../server/console/http/create-context.ts";
import { readCall } from "../../../../server/console/http/read-body.ts";
import { isFromOwnPage } from "../../../../server/console/http/same-origin.ts";
import { errorShape, RefusalError } from "../../../../server/console/trpc/refusal-error.ts";
import { appRouter } from "../../../../server/console/trpc/root.ts";
import { placeOfFault } from "../../../../server/observability/fault-place.ts";

const MAX_BATCH = 20;

async function answer(request: Request): Promise<Response> {
  const { config, parts } = theConsole();
  const context = createContext({ parts, origin: config.origin }, request.headers);
  // Reads are refused too: no page of another origin has any business here.
  if (!isFromOwnPage(request.headers, config.origin)) return refused(NOT_OURS);
  const call = await readCall(request);
  if (!call.ok) return refused(call.error);
  let refusal: TRPCError | null = null;
  const response = await fetchRequestHandler({
    endpoint: "/api/trpc",
    req: call.value,
    router: appRouter,
    allowBatching: true,
    maxBatchSize: MAX_BATCH,
    createContext: () => context,
    // An answer that goes on begins with 200, unless it was refused before it began.
    responseMeta: ({ type }) =>
      type === "subscription" && refusal !== null
        ? { status: getHTTPStatusCodeFromError(refusal) }
        : {},
    onError: ({ error, path }) => {
      refusal = error;
      if (error instanceof RefusalError || error.code !== "INTERNAL_SERVER_ERROR") return;
      parts.log.error("call-failed", "A call of a page failed inside.", {
        route: path,
        correlationId: context.correlation,
        reason: placeOfFault(error.cause ?? error),
      });
    },
  });
  const headers = new Headers(response.headers);
  // Compressing an answer that goes on would hold back its events.
  headers.set("cache-control", isStream(response) ? "no-store, no-transform" : "no-store");
  headers.set("correlation-id", context.correlation);
  for (const cookie of context.set) headers.append("set-cookie", cookie);
  return new Response(response.body, { status: response.status, headers });
}

function isStream({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("text/event-stream") === true;
}

function refused(refusal: Refusal): Response {
  const { status } = REFUSALS[refusal.code];
  const body = { ...refusal, error: errorShape(refusal) };
  return Response.json(body, { status, headers: { "cache-control": "no-store" } });
}

const NOT_OURS = refuse("not-allowed", "Calls come from the console's own pages.");

export const GET = answer;
export const POST = answer;
