"use client";
import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { useAddress } from "../../../components/patterns/use-address.ts";
import { useToast } from "../../../components/ui/toast.tsx";
import { useTRPC } from "../../_trpc/client.tsx";
import { toldOfDrafts } from "./told-of-drafts.ts";

const KEY = "draft";
/** One touch signs no more. */
const MOST = 50;

/**
 * Somebody comes back from the desk: the address names what they took there, one draft or several, and the key service
 * says what became of each. Told once; then the name is taken out of the address, so that neither a copy of it nor a reload
 * tells it again.
 */
export function BackFromDesk() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const address = useAddress();
  const say = useToast();
  const draft = address.get(KEY);
  const told = useRef<string | null>(null);
  const drafts = useMemo(() => (draft === null ? [] : draft.split(",").slice(0, MOST)), [draft]);
  const asked = useQueries({
    queries: drafts.map((it) => ({
      ...trpc.requests.draftStatus.queryOptions({ draft: it }),
      retry: false,
      // Asked once for each time that somebody comes back.
      gcTime: 0,
    })),
  });
  const isAnswered = asked.every((it) => it.data !== undefined || it.error !== null);
  useEffect(() => {
    if (draft === null || draft === told.current || !isAnswered) return;
    told.current = draft;
    const toast = toldOfDrafts(asked.map((it) => it.data));
    if (toast !== null) say(toast);
    if (asked.some((it) => it.data?.status === "signed")) void queries.invalidateQueries();
    address.replace({ [KEY]: null });
  }, [draft, isAnswered, asked, say, queries, address]);
  return null;
}
