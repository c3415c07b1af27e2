"use client";
import type { Topic } from "../../server/console/live/contract.ts";
import type { StreamEnd } from "./changes-stream.ts";
import { retryPauseMs } from "./retry-pause.ts";

/** A page that nobody looks at is not told of anything after this long. */
export const HIDDEN_MS = 10_000;
/** What a page needs to be read goes first; what happens meanwhile is told in the first answer. */
const AFTER_MS = 1_500;
/** A stream that lasted so long was a good one: what follows is a first failure. */
const GOOD_MS = 30_000;
const DAY_MS = 86_400_000;

let isTold = false;

/** Whether the console tells this page of changes now; otherwise the page asks often. */
export function isListening(): boolean {
  return isTold;
}

/**
 * Listens for changes as long as somebody looks at the page, and connects again with growing pauses.
 *
 * @returns how to stop
 */
export function listen(on: {
  /** Ask these again. The first time what changed since the page was loaded. */
  readonly topics: (topics: readonly Topic[]) => void;
  /** Changes are no longer told: from now on ask. */
  readonly lost: () => void;
}): () => void {
  let code: typeof import("./changes-stream.ts") | null = null;
  let close: (() => void) | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let isStopped = false;
  /** On the page's monotonic clock: until then nothing was missed. Its beginning is when the page began to load. */
  let sureUntil = 0;

  const ended = (from: number, end: StreamEnd) => {
    close = null;
    failures = performance.now() - from > GOOD_MS ? 1 : failures + 1;
    if (isTold) {
      isTold = false;
      on.lost();
    }
    if (!isStopped && end.refusal !== "not-signed-in")
      timer = setTimeout(connect, retryPauseMs(failures, Math.random()));
  };
  const connect = () => {
    clearTimeout(timer);
    if (close !== null || isStopped || code === null) return;
    const from = performance.now();
    close = code.openChanges(Math.min(DAY_MS, Math.ceil(from - sureUntil)), {
      topics: (topics) => {
        isTold = true;
        sureUntil = performance.now();
        if (topics.length > 0) on.topics(topics);
      },
      end: (end) => ended(from, end),
    });
  };
  const disconnect = () => {
    clearTimeout(timer);
    close?.();
    close = null;
    isTold = false;
  };
  const look = () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") connect();
    else timer = setTimeout(disconnect, HIDDEN_MS);
  };
  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);
  // Where it cannot be had, this page asks by itself.
  const load = () =>
    import("./changes-stream.ts").then(
      (it) => {
        code = it;
        look();
      },
      () => undefined,
    );
  const later = setTimeout(load, AFTER_MS);
  return () => {
    isStopped = true;
    clearTimeout(later);
    document.removeEventListener("visibilitychange", look);
    window.removeEventListener("online", look);
    disconnect();
  };
}
