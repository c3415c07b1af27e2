import type { Log } from "../observability/log.ts";
import type { PeopleListenerOptions } from "./desk/infrastructure/listener.ts";
import { KeyProviderFault } from "./keys/domain/key-provider.ts";
import { GetFailed } from "./sessions/infrastructure/bounded-get.ts";

/** A fault by its kind alone: a message may quote what it choked on. What the token says quotes nothing. */
export function logFault(log: Log, error: unknown): void {
  log.error("fault", "Something failed inside.", { reason: reasonOf(error) });
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
export function listenerLog(log: Log): PeopleListenerOptions["log"] {
  return {
    request: ({ correlation, method, path, status, code, durationMs }) =>
      log.debug("request", "A request was answered.", {
        correlationId: correlation,
        method,
        path,
        httpStatus: status,
        code: code ?? "",
        durationMs,
      }),
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
