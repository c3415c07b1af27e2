"use client";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { ThemeProvider } from "next-themes";
import { type ReactNode, useEffect, useState } from "react";
import { watchActivity } from "./activity.ts";
import { isSignedOut, makeTrpcClient, TRPCProvider } from "./client.tsx";

const FRESH_MS = 5_000;

/** What every page stands in: calls to the console, the theme, and the nonce for styles that Radix adds. */
export function Providers({ nonce, children }: { nonce: string; children: ReactNode }) {
  // Before anything below is drawn: Radix asks for it when it locks scrolling.
  setNonce(nonce);
  const [queries] = useState(makeQueryClient);
  const [trpc] = useState(makeTrpcClient);
  useEffect(watchActivity, []);
  return (
    <QueryClientProvider client={queries}>
      <TRPCProvider trpcClient={trpc} queryClient={queries}>
        <ThemeProvider
          attribute="data-theme"
          defaultTheme="system"
          enableSystem
          disableTransitionOnChange
          nonce={nonce}
        >
          {children}
        </ThemeProvider>
      </TRPCProvider>
    </QueryClientProvider>
  );
}

function makeQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
    mutationCache: new MutationCache({ onError: leaveWhenSignedOut }),
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        // A refusal stays a refusal; only a network that was away is asked again.
        retry: (count, error) => count < 2 && !hasAnswer(error),
      },
      mutations: { retry: false },
    },
  });
}

function hasAnswer(error: unknown): boolean {
  return typeof error === "object" && error !== null && "data" in error && error.data != null;
}

function leaveWhenSignedOut(error: unknown): void {
  const { pathname, search } = window.location;
  if (!isSignedOut(error) || pathname === "/sign-in") return;
  window.location.assign(`/sign-in?return=${encodeURIComponent(pathname + search)}`);
}
