"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Bell as BellIcon, CircleHelp, KeyRound, PenLine, Plus, TriangleAlert } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import {
  type Command,
  type CommandGroup,
  CommandPalette,
} from "../../../components/patterns/command-palette.tsx";
import { NAV, NAV_KEYS } from "../../../components/patterns/nav-items.ts";
import { paths } from "../../../components/patterns/paths.ts";
import { requestTitle } from "../../../components/rooms/requests/request-title.ts";
import type { Me } from "../../../components/rooms/views.ts";
import { Name, Prose } from "../../../components/ui/name.tsx";
import { useTRPC } from "../../_trpc/client.tsx";
import { useNoOwnService } from "../_rights/own-service.tsx";
import { useDecide } from "../requests/use-decide.ts";
import { EXPLANATIONS } from "./explanations.ts";
import { soughtName } from "./palette-words.ts";
import { useViewCommands } from "./use-view-commands.tsx";

/** The command palette with what there is to go to: pages, secrets, what waits, what the words mean. */
export function CommandMenu({
  me,
  open,
  onOpenChange,
}: {
  me: Me;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const trpc = useTRPC();
  const router = useRouter();
  const [query, setQuery] = useState("");
  const words = query.trim();
  const sought = soughtName(query);
  const seesSecrets = me.rooms.includes("secrets");
  const cannotAsk = useNoOwnService();
  const { decide } = useDecide();
  const ofView = useViewCommands();
  const secrets = useQuery(
    trpc.secrets.suggest.queryOptions(
      { q: sought, limit: 6 },
      { enabled: open && seesSecrets && sought.length > 1, placeholderData: keepPreviousData },
    ),
  );
  const waiting = useQuery(
    trpc.requests.list.queryOptions(
      { which: "for-me", limit: 5 },
      { enabled: open && me.rooms.includes("requests") },
    ),
  );
  const found = sought.length > 1 ? (secrets.data ?? []) : [];
  const go = (href: string) => () => router.push(href);
  const next = waiting.data?.rows[0];
  const groups: readonly CommandGroup[] = [
    { label: "Here", commands: ofView },
    {
      label: "Secrets",
      isAnswer: true,
      commands: found.flatMap((row) => [
        {
          id: `open-${row.secret}`,
          label: <Name>{row.name}</Name>,
          words: row.name,
          hint: "look at it",
          icon: KeyRound,
          run: go(paths.secret(row.secret)),
        },
        ...(cannotAsk === null
          ? [
              {
                id: `ask-${row.secret}`,
                label: (
                  <>
                    Ask to use <Name>{row.name}</Name>
                  </>
                ),
                words: row.name,
                icon: Plus,
                run: go(paths.newRequest({ secret: row.name })),
              },
            ]
          : []),
      ]),
    },
    {
      label: "Waits for you",
      commands: [
        ...(next === undefined
          ? []
          : [
              {
                id: "approve-next",
                label: (
                  <>
                    <span className="font-medium">Approve next, at the desk:</span>{" "}
                    <Prose>{requestTitle(next)}</Prose>
                  </>
                ),
                words: `approve next at the desk ${requestTitle(next)}`,
                hint: "waits longest",
                icon: PenLine,
                run: () => decide("approve", [next.proposal]),
              },
            ]),
        ...(waiting.data?.rows ?? []).map((row) => ({
          id: `wait-${row.proposal}`,
          label: <Prose>{requestTitle(row)}</Prose>,
          words: `look at ${requestTitle(row)}`,
          hint: "look at it",
          icon: PenLine,
          run: go(paths.request(row.proposal)),
        })),
      ],
    },
    {
      label: "Go to",
      commands: [
        ...NAV_KEYS.filter((key) => me.rooms.includes(key)).map((key) => ({
          id: `go-${key}`,
          label: NAV[key].word,
          words: `go to ${NAV[key].word}`,
          hint: `g ${NAV[key].letter}`,
          icon: NAV[key].icon,
          run: go(NAV[key].href),
        })),
        {
          id: "notifications",
          label: "Notifications",
          words: "go to notifications told mail bell",
          icon: BellIcon,
          run: go(paths.notifications()),
        },
        ...(cannotAsk === null
          ? [
              {
                id: "new-request",
                label: "Ask to use a secret",
                words: "ask for request new use a secret",
                icon: Plus,
                run: go(paths.newRequest()),
              },
              {
                id: "new-secret",
                label: "Register a secret",
                words: "register new secret add",
                icon: Plus,
                run: go(paths.newSecret()),
              },
              {
                id: "fix",
                label: "Fix incomplete metadata",
                words: "fix incomplete metadata missing owner tier",
                icon: TriangleAlert,
                run: go(paths.fixMetadata()),
              },
            ]
          : []),
      ],
    },
    {
      label: "Explain",
      commands:
        words.length > 1
          ? [
              ...whyNotAsk(cannotAsk, go(paths.people({ role: "officer" }))),
              ...EXPLANATIONS.map(([word, meaning]) => ({
                id: `explain-${word}`,
                label: (
                  <>
                    <span className="font-medium">{word}</span>
                    <span className="text-quiet">: {meaning}</span>
                  </>
                ),
                words: `explain ${word}`,
                icon: CircleHelp,
                run: () => setQuery(""),
              })),
            ]
          : [],
    },
  ];
  return (
    <CommandPalette
      open={open}
      onOpenChange={(next) => {
        if (!next) setQuery("");
        onOpenChange(next);
      }}
      query={query}
      onQuery={setQuery}
      groups={groups}
      note={secrets.isFetching ? "Reading…" : null}
    />
  );
}

/** For those who cannot ask: why, where they look for it. */
function whyNotAsk(reason: string | null, run: () => void): readonly Command[] {
  if (reason === null) return [];
  return [
    {
      id: "explain-ask",
      label: (
        <>
          <span className="font-medium">Why can I not ask to use a secret?</span>{" "}
          <span className="text-quiet">{reason}</span>
        </>
      ),
      words: "explain why can I not ask for ask to use request new register a secret",
      icon: CircleHelp,
      run,
    },
  ];
}
