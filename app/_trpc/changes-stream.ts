"use client";
import { createTRPCClient, httpSubscriptionLink } from "@trpc/client";
import type { Topic } from "../../server/console/live/contract.ts";
import type { AppRouter } from "../../server/console/trpc/root.ts";

/** A stream that ended, with what the console refused, if it said so. */
export type StreamEnd = { readonly refusal: string | null };

/**
 * Opens one stream of changes. Whatever ends it, the console, the network or silence, `onEnd` is told once; nothing is
 * opened again here.
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
  const client = createTRPCClient<AppRouter>({
    links: [httpSubscriptionLink({ url: "/api/trpc" })],
  });
  let isOpen = true;
  const end = (error: { readonly data?: unknown } | null) => {
    if (!isOpen) return;
    isOpen = false;
    subscription.unsubscribe();
    on.end({ refusal: refusalOf(error?.data) });
  };
  const subscription = client.live.changes.subscribe(
    { sinceMs },
    {
      onData: ({ topics }) => {
        if (isOpen) on.topics(topics);
      },
      onError: end,
      onComplete: () => end(null),
      // It would connect again by itself, at once and as often as it likes.
      onConnectionStateChange: ({ state, error }) => {
        if (state === "connecting" && error !== null) end(error);
      },
    },
  );
  return () => {
    isOpen = false;
    subscription.unsubscribe();
  };
}

function refusalOf(data: unknown): string | null {
  const refusal = typeof data === "object" && data !== null ? Reflect.get(data, "refusal") : null;
  return typeof refusal === "string" ? refusal : null;
}
