import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { toBase32 } from "@countersign/protocol/bytes";
import { type RefusalCode, refuse } from "@countersign/protocol/refusals";
import { systemClock } from "../../../kernel/clock.ts";
import { type Answer, jsonAnswer, problemAnswer, send } from "./answers.ts";
import { type CallPipeline, ContractFault, performCall, spend } from "./call-pipeline.ts";
import { closeGently, guardConnections, type Patience, serverLimits } from "./connections.ts";
import { faultLine, type ListenerLog } from "./listener-log.ts";
import { createOriginGuard, type OriginGuard } from "./origin-guard.ts";
import { isPagePath, type PageAssets } from "./page-assets.ts";
import { RateLimiter } from "./rate-limits.ts";
import { type RequestRefusal, requestRefusal } from "./request-refusal.ts";
import { routeOf } from "./route-table.ts";
import { securityHeaders } from "./security-headers.ts";

export type PeopleListenerOptions = Omit<CallPipeline, "limiter" | "handlerTimeoutMs"> & {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly assets: PageAssets;
  readonly log: ListenerLog;
  /** Null when this process should get calls; otherwise a sentence that says what is missing. */
  readonly notReady: () => string | null | Promise<string | null>;
  /** PEM. Null: plain http, for localhost, or behind a terminator that is then trusted with what the desk shows. */
  readonly tls: TlsFiles | null;
  readonly limiter?: RateLimiter;
  readonly handlerTimeoutMs?: number;
  /** Milliseconds; defaults stand in `connections.ts`. */
  readonly patience?: Patience;
};

type TlsFiles = { readonly certificate: string; readonly privateKey: string };

export type PeopleListener = {
  readonly port: number;
  /** Connections from now on get the renewed certificate; those that stand keep theirs. Does nothing where `tls` was null. */
  readonly renewTls: (tls: TlsFiles) => void;
  /** Takes no new connection, lets running calls answer for up to 5 s, then cuts. */
  readonly stop: () => Promise<void>;
};

/**
 * The desk's listener: the static page, its API, and the people-API of the command line
 * (`packages/protocol/src/people-api.ts`), on `node:http` alone: every dependency here would be inside
 * the trusted base. What each request passes is in `docs/decisions/0008-desk-listener.md`.
 *
 * @throws Error when `deskOrigin` is not an origin that a browser allows hardware keys on, or the port is taken.
 */
export async function startPeopleListener(of: PeopleListenerOptions): Promise<PeopleListener> {
  refuseUnfitOrigin(of.deskOrigin);
  let port = of.port;
  const desk: Desk = {
    ...of,
    limiter: of.limiter ?? new RateLimiter({ clock: systemClock }),
    handlerTimeoutMs: of.handlerTimeoutMs ?? 30_000,
    guard: createOriginGuard(of.deskOrigin, () => port),
  };
  const headers = securityHeaders({ ...of, scriptIntegrity: of.assets.scriptIntegrity });
  const handle = (request: IncomingMessage, response: ServerResponse) =>
    void answerRequest(desk, request, response, headers);
  const limits = serverLimits(of.patience);
  const tlsServer =
    of.tls === null
      ? null
      : createTlsServer({ ...limits, ...tlsContext(of.tls), handshakeTimeout: 10_000 }, handle);
  const server: Server = tlsServer ?? createServer(limits, handle);
  guardConnections(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(of.port, of.host, resolve);
  });
  port = (server.address() as AddressInfo).port; // listening on TCP, so never null or a path
  return {
    port,
    renewTls: (tls) => tlsServer?.setSecureContext(tlsContext(tls)),
    stop: () => closeGently(server, 5000),
  };
}

function tlsContext({ certificate, privateKey }: TlsFiles) {
  return { cert: certificate, key: privateKey, minVersion: "TLSv1.3" } as const;
}

type Desk = PeopleListenerOptions & CallPipeline & { readonly guard: OriginGuard };

async function answerRequest(
  desk: Desk,
  request: IncomingMessage,
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const started = performance.now();
  const correlation = toBase32(randomBytes(10));
  const target = classify(desk, request.url ?? "");
  let code: RefusalCode | null = null;
  let answer: Answer;
  try {
    const refused = admit(desk, request, target);
    const outcome =
      refused === null ? await answerTarget(desk, request, target, correlation) : refused;
    if ("refusal" in outcome) {
      code = outcome.refusal.code;
      answer = problemAnswer({ ...outcome, correlation });
    } else answer = outcome;
  } catch (error) {
    if (request.destroyed && !request.complete) return; // the caller left in the middle of its body
    const note = error instanceof ContractFault ? { note: error.note } : {};
    desk.log.fault(faultLine(error, { correlation, path: target.label, ...note }));
    code = "unavailable";
    answer = problemAnswer({ refusal: faultRefusal(correlation), status: 500, correlation });
  }
  send(response, answer, { ...headers, "Correlation-Id": correlation });
  const { status } = answer;
  const durationMs = Math.round(performance.now() - started);
  desk.log.request({
    correlation,
    method: request.method ?? "",
    path: target.label,
    status,
    code,
    durationMs,
  });
}

type Target =
  | {
      readonly kind: "call";
      readonly path: NonNullable<ReturnType<typeof routeOf>>;
      readonly label: string;
    }
  | {
      readonly kind: "file";
      readonly status: number;
      readonly file: PageAssets["html"];
      readonly label: string;
    }
  | { readonly kind: "probe"; readonly probe: "health" | "ready"; readonly label: string }
  | { readonly kind: "unknown"; readonly label: string };

function classify(desk: Desk, url: string): Target {
  const path = routeOf(url);
  if (path !== null) return { kind: "call", path, label: path };
  if (url === "/healthz") return { kind: "probe", probe: "health", label: "probe" };
  if (url === "/readyz") return { kind: "probe", probe: "ready", label: "probe" };
  const asset = desk.assets.files.get(url);
  if (asset !== undefined) return { kind: "file", status: 200, file: asset, label: "asset" };
  if (isPagePath(url)) return { kind: "file", status: 200, file: desk.assets.html, label: "page" };
  return { kind: "unknown", label: "unknown" };
}

function admit(desk: Desk, request: IncomingMessage, target: Target): RequestRefusal | null {
  const isPeople = target.kind === "call" && target.path.startsWith("/people/");
  const refused = desk.guard(
    target.kind === "probe" ? "probe" : isPeople ? "people" : "desk",
    request,
  );
  if (refused !== null) return refused;
  if (target.kind !== "probe") {
    const limited = spend(desk.limiter, "any", request);
    if (limited !== null) return limited;
  }
  const allowed = target.kind === "call" ? ["POST"] : ["GET", "HEAD"];
  if (target.kind === "unknown" || allowed.includes(request.method ?? "")) return null;
  return requestRefusal("malformed", `This path answers ${allowed.join(" and ")} only.`, {
    status: 405,
    headers: { Allow: allowed.join(", ") },
  });
}

async function answerTarget(
  desk: Desk,
  request: IncomingMessage,
  target: Target,
  correlation: string,
): Promise<Answer | RequestRefusal> {
  switch (target.kind) {
    case "call": {
      const called = await performCall(desk, target.path, request, correlation);
      return called.ok ? jsonAnswer(called.value.output, called.value.headers) : called.error;
    }
    case "file":
      return fileAnswer(target.status, target.file);
    case "probe": {
      const missing = target.probe === "ready" ? await desk.notReady() : null;
      return missing === null
        ? jsonAnswer({ status: "ok" })
        : requestRefusal("unavailable", missing);
    }
    case "unknown": {
      // Somebody who mistyped a link gets the page, which says so; a program gets a problem.
      const reads =
        request.method === "GET" && (request.headers.accept ?? "").startsWith("text/html");
      return reads
        ? fileAnswer(404, desk.assets.html)
        : requestRefusal("not-found", "There is nothing at this path.");
    }
  }
}

function fileAnswer(status: number, { type, body }: PageAssets["html"]): Answer {
  return { status, type, body, headers: {}, close: false };
}

function faultRefusal(correlation: string) {
  return refuse(
    "unavailable",
    `Something failed in the key service; it is in its log under ${correlation}. Look whether it happened before you try again.`,
  );
}

function refuseUnfitOrigin(deskOrigin: string): void {
  const url = new URL(deskOrigin);
  if (url.origin !== deskOrigin)
    throw new Error(`The desk's origin is written ${url.origin}, without a path.`);
  const isLocal = url.hostname === "localhost" || url.hostname.endsWith(".localhost");
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal)) {
    throw new Error(
      `The desk at ${deskOrigin} needs https: browsers offer hardware keys nowhere else.`,
    );
  }
}
