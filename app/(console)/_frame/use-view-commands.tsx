"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleHelp, PenLine, Plus } from "lucide-react";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import type { Command } from "../../../components/patterns/command-palette.tsx";
import { paths } from "../../../components/patterns/paths.ts";
import { withWhoCan } from "../../../components/rooms/requests/who-can.ts";
import { Name, Sentence } from "../../../components/ui/name.tsx";
import { useTRPC } from "../../_trpc/client.tsx";
import { useDecide } from "../requests/use-decide.ts";
import { inView } from "./palette-words.ts";

/** What can be done with the request or the secret before the reader, and why not what cannot. */
export function useViewCommands(): readonly Command[] {
  const trpc = useTRPC();
  const router = useRouter();
  const view = inView(usePathname(), useSearchParams().get("open"));
  const proposal = view?.room === "requests" ? view.id : null;
  const secret = view?.room === "secrets" ? view.id : null;
  const { decide } = useDecide();
  const request = useQuery(
    trpc.requests.detail.queryOptions({ proposal: proposal ?? "" }, { enabled: proposal !== null }),
  );
  const found = useQuery(
    trpc.secrets.detail.queryOptions({ secret: secret ?? "" }, { enabled: secret !== null }),
  );
  const commands: Command[] = [];
  if (proposal !== null && request.data?.row.status === "pending") {
    const { row, cannot, candidates } = request.data;
    if (cannot.approve === null)
      commands.push({
        id: "approve-this",
        label: "Approve this one, at the desk",
        words: "approve this one at the desk",
        hint: "a",
        icon: PenLine,
        run: () => decide("approve", [row.proposal]),
      });
    else
      commands.push(
        explanation("approve", withWhoCan(cannot.approve, candidates), () =>
          router.push(paths.request(row.proposal)),
        ),
      );
  }
  if (secret !== null && found.data !== undefined) {
    const { row, may } = found.data;
    if (may.request === null)
      commands.push({
        id: "ask-this",
        label: (
          <>
            Ask to use <Name>{row.name}</Name>
          </>
        ),
        words: `ask for ask to use this one ${row.name}`,
        icon: Plus,
        run: () => router.push(paths.newRequest({ secret: row.name })),
      });
    else
      commands.push(
        explanation("ask for", may.request, () => router.push(paths.secret(row.secret))),
      );
  }
  return commands;
}

function explanation(deed: string, reason: string, run: () => void): Command {
  return {
    id: "explain-this",
    label: (
      <>
        <span className="font-medium">Why can I not {deed} this?</span>{" "}
        <span className="text-quiet">
          <Sentence>{reason}</Sentence>
        </span>
      </>
    ),
    words: `explain why can I not ${deed} this ${reason}`,
    icon: CircleHelp,
    run,
  };
}
