"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Me } from "../../../components/rooms/views.ts";
import { useTRPC } from "../../_trpc/client.tsx";

/** Lists whose columns somebody may choose. */
type List = keyof Me["preferences"]["without"];
const NONE: readonly string[] = [];

/** Which columns of a list the reader took away: kept for the person, not for the browser, and shown at once. */
export function useColumns(list: List): {
  hidden: readonly string[];
  choose: (hidden: readonly string[]) => void;
} {
  const trpc = useTRPC();
  const queries = useQueryClient();
  // The frame around every page asks this too: it is the same answer.
  const me = useQuery(trpc.session.me.queryOptions());
  const kept = me.data?.preferences.without;
  const prefer = useMutation(
    trpc.session.setPreferences.mutationOptions({
      onSettled: () => queries.invalidateQueries(trpc.session.me.queryFilter()),
    }),
  );
  const wanted = prefer.isPending ? prefer.variables.without : undefined;
  const hidden = (wanted ?? kept)?.[list] ?? NONE;
  return {
    hidden,
    choose: (columns) => prefer.mutate({ without: { ...kept, [list]: [...columns] } }),
  };
}
