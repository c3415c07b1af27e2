"use client";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import { type Query, withQuery } from "./paths.ts";

export type Address = {
  /** The first value under this key, or null. */
  readonly get: (key: string) => string | null;
  readonly all: (key: string) => readonly string[];
  /** Each key that says something, once. */
  readonly keys: () => readonly string[];
  /** This page with some keys changed; null takes one away. For links. */
  readonly href: (changes: Query) => string;
  /** Goes there without a new step in the history: what is typed or walked over is not a place. */
  readonly replace: (changes: Query) => void;
  readonly push: (changes: Query) => void;
};

/** What a page shows stands in its address: filters, search, the open row. This reads and writes it. */
export function useAddress(): Address {
  const path = usePathname();
  const router = useRouter();
  const params = useSearchParams();
  const href = useCallback(
    (changes: Query) => {
      const now: Record<string, Query[string]> = {};
      for (const key of new Set(params.keys())) now[key] = params.getAll(key);
      return withQuery(path, { ...now, ...changes });
    },
    [path, params],
  );
  return useMemo(
    () => ({
      get: (key) => params.get(key),
      all: (key) => params.getAll(key),
      keys: () => [...new Set(params.keys())],
      href,
      replace: (changes) => router.replace(href(changes), { scroll: false }),
      push: (changes) => router.push(href(changes), { scroll: false }),
    }),
    [params, href, router],
  );
}
