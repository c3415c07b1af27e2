"use client";
import type { Changed, Topic } from "../../server/console/live/contract.ts";

/** A stream that ended, with what the console refused, if it said so. */
export type StreamEnd = { readonly refusal: string | null };

/** The console says something every 15 seconds; whoever is silent for longer than this is gone. */
const SILENT_MS = 45_000;

/**
 * Opens one stream of changes. Whatever ends it, the console, the network or silence, `onEnd` is told once; nothing is
 * opened again here. Read as tRPC writes it (`live.changes`), without its own link for subscriptions: that would come
 * along with every page's first load.
 *
 * @param sinceMs how long ago what the page shows was read
 * @returns closes it without a word
 */
export function openChanges(
  sinceMs: number,
  on: {
    readonly topics: (topics: readonly Topic[]) => void;
    readonly end: (end: StreamEnd) => void;
  },
): () => void {
  const input = encodeURIComponent(JSON.stringify({ sinceMs }));
  const source = new EventSource(`/api/trpc/live.changes?input=${input}`);
  let isOpen = true;
  let silence: ReturnType<typeof setTimeout> | undefined;
  const close = () => {
    isOpen = false;
    clearTimeout(silence);
    source.close();
  };
  const end = (refusal: string | null) => {
    if (!isOpen) return;
    close();
    on.end({ refusal });
  };
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(() => end(null), SILENT_MS);
  };
  heard();
  source.addEventListener("connected", heard);
  source.addEventListener("ping", heard);
  source.addEventListener("return", () => end(null));
  source.addEventListener("serialized-error", ({ data }) => end(refusalOf(JSON.parse(data))));
  // It would connect again by itself, at once and as often as it likes.
  source.addEventListener("error", () => end(null));
  source.addEventListener("message", ({ data }) => {
    heard();
    const { topics }: Changed = JSON.parse(data); // the procedure's output, judged there
    on.topics(topics);
  });
  return close;
}

/** Of an error in the shape of every procedure's. */
function refusalOf(error: { readonly data?: { readonly refusal?: string | null } }): string | null {
  return error.data?.refusal ?? null;
}
