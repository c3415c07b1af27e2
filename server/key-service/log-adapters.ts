import type { Log } from "../observability/log.ts";
import type { ConsoleCallLine } from "./console-rpc/console-rpc.ts";
import type { PeopleListenerOptions } from "./desk/infrastructure/listener.ts";
import { KeyProviderFault } from "./keys/domain/key-provider.ts";
import { GetFailed } from "./sessions/infrastructure/bounded-get.ts";
import type { Figures } from "./start/figures.ts";

/** A fault by its kind alone: a message may quote what it choked on. What the token says quotes nothing. */
export function logFault(log: Log, error: unknown, correlationId?: string): void {
  log.error("fault", "Something failed inside.", { reason: reasonOf(error), correlationId });
}

function reasonOf(error: unknown): string {
  if (error instanceof KeyProviderFault) return error.message;
  return error instanceof Error ? error.constructor.name : typeof error;
}

/** An identity provider whose keys cannot be had: what failed names its address, and nothing that it sent. */
export function logNoKeys(log: Log, error: unknown): void {
  const reason = error instanceof GetFailed ? error.message : "what it sent is no key set";
  log.warn("identity-provider", "The keys of an identity provider could not be had.", { reason });
}

/** The listener's lines, in the fields that the log knows. */
export function listenerLog(
  log: Log,
  figures: Pick<Figures, "deskRequests">,
): PeopleListenerOptions["log"] {
  return {
    request: ({ correlation, method, path, status, code, durationMs }) => {
      const outcome = code ?? "answered";
      figures.deskRequests.observe({ path, outcome }, durationMs / 1000);
      log.debug("request", "A request was answered.", {
        correlationId: correlation,
        method,
        path,
        httpStatus: status,
        code: code ?? "",
        durationMs,
      });
    },
    fault: ({ correlation, path, name, code, frames, note }) =>
      log.error("fault", "A request failed inside.", {
        correlationId: correlation,
        path,
        kind: name,
        code: code ?? "",
        reason: note ?? frames[0] ?? "",
      }),
  };
}

/** A call of the console. What may change something is told; reads are for whoever looks closely. */
export function logConsoleCall(log: Log, line: ConsoleCallLine): void {
  const { correlation, path, code, durationMs, isRead } = line;
  const fields = {
    correlationId: correlation,
    path,
    code: code ?? "",
    durationMs: Math.round(durationMs),
  };
  if (isRead) log.debug("console-call", "The console read something.", fields);
  else log.info("console-call", "The console called.", fields);
}
