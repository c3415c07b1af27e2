"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { paths } from "../../../components/patterns/paths.ts";
import { useAddress } from "../../../components/patterns/use-address.ts";
import { useToast } from "../../../components/ui/toast.tsx";
import { useTRPC } from "../../_trpc/client.tsx";

const KEY = "draft";

/**
 * Somebody comes back from the desk: the address names the draft, and the key service says what became of it. Told
 * once; then the name is taken out of the address, so that neither a copy of it nor a reload tells it again.
 */
export function BackFromDesk() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const address = useAddress();
  const say = useToast();
  const draft = address.get(KEY);
  const told = useRef<string | null>(null);
  const asked = useQuery(
    trpc.requests.draftStatus.queryOptions(
      { draft: draft ?? "" },
      { enabled: draft !== null, retry: false },
    ),
  );
  useEffect(() => {
    if (draft === null || draft === told.current) return;
    if (asked.data === undefined && asked.error === null) return;
    told.current = draft;
    switch (asked.data?.status) {
      case "signed":
        say({
          title: "Signed",
          detail: `It stands in the ledger, entry ${asked.data.entry}.`,
          link: { href: paths.auditEntry(asked.data.entry ?? 0), word: "Look at the entry" },
        });
        void queries.invalidateQueries();
        break;
      case "declined":
        say({ title: "You did not sign", detail: "Nothing was changed and nothing was sent." });
        break;
      case "waiting":
        say({
          tone: "trouble",
          title: "Not signed yet",
          detail: "The draft still waits at the desk. Nothing was changed so far.",
        });
        break;
      // A draft that is gone was somebody else's address, or of another day: there is nothing to tell.
      case undefined:
        break;
    }
    address.replace({ [KEY]: null });
  }, [draft, asked.data, asked.error, say, queries, address]);
  return null;
}
