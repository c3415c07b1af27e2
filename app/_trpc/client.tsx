"use client";
import { createTRPCClient, httpBatchLink, TRPCClientError } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import type { AppRouter } from "../../server/console/trpc/root.ts";
import { wasActiveLately } from "./activity.ts";

/** The one doorway from pages to the console's procedures. */
export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

const MOST_IN_ONE_CALL = 20;
const LONGEST_URL = 8000;

export function makeTrpcClient() {
  return createTRPCClient<AppRouter>({
    links: [
      httpBatchLink({
        url: "/api/trpc",
        maxItems: MOST_IN_ONE_CALL,
        maxURLLength: LONGEST_URL,
        // Pages refresh themselves; only a person at the page keeps the session from going idle.
        headers: () => (wasActiveLately() ? { "countersign-active": "1" } : {}),
      }),
    ],
  });
}

/** Whether a call was refused because nobody is signed in any more. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof TRPCClientError && error.data?.refusal === "not-signed-in";
}
