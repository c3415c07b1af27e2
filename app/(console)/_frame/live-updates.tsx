"use client";
import { type Query, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { listen } from "../../_trpc/listening.ts";
import { isMadeOld } from "../../_trpc/topic-queries.ts";

/** Asks again whatever the console says has changed, on every page, without a touch. */
export function LiveUpdates() {
  const queries = useQueryClient();
  useEffect(
    () =>
      listen({
        topics: (topics) =>
          void queries.invalidateQueries({
            predicate: (query) => isMadeOld(procedureOf(query), topics),
          }),
        // Each query that is shown learns by its next answer that it has to ask by itself; a session that is over, that
        // it is over.
        lost: () => void queries.invalidateQueries(),
      }),
    [queries],
  );
  return null;
}

/** `requests.list`: the first part of a key is the procedure's path. */
function procedureOf({ queryKey: [path] }: Query): string {
  return Array.isArray(path) ? path.join(".") : "";
}
