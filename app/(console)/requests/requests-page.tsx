"use client";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { FilterChips, FilterTabs } from "../../../components/patterns/filter-bar.tsx";
import { known } from "../../../components/patterns/known.ts";
import { ListPage } from "../../../components/patterns/list-page.tsx";
import { paths } from "../../../components/patterns/paths.ts";
import { useAddress } from "../../../components/patterns/use-address.ts";
import { RequestList } from "../../../components/rooms/requests/request-list.tsx";
import { PROPOSAL_LOOKS } from "../../../components/rooms/requests/request-state.ts";
import { worthALook } from "../../../components/rooms/requests/request-title.ts";
import { RequestsSkeleton } from "../../../components/rooms/requests/requests-skeleton.tsx";
import type { RequestRow } from "../../../components/rooms/views.ts";
import { Button } from "../../../components/ui/button.tsx";
import { useTRPC } from "../../_trpc/client.tsx";
import { live } from "../_frame/live.ts";
import { OwnServiceLink, useNoOwnService } from "../_rights/own-service.tsx";
import { ChosenBar } from "./chosen-bar.tsx";
import { NoRequests } from "./no-requests.tsx";
import { OpenRequest } from "./open-request.tsx";
import { useDecide } from "./use-decide.ts";
import { useInboxKeys } from "./use-inbox-keys.ts";
import { useKeepPlace } from "./use-keep-place.ts";

const LISTS = {
  "for-me": "Waits for you",
  mine: "Yours",
  all: "All",
} as const;
type Which = keyof typeof LISTS;
const NO_ROWS: readonly RequestRow[] = [];

/** The inbox of approvals, what one asked for, and everything: sentences with signature lines. */
export function RequestsPage() {
  const trpc = useTRPC();
  const address = useAddress();
  const { decide, isBusy } = useDecide();
  const cannotAsk = useNoOwnService();
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const which: Which = known(address.all("which"), LISTS)?.[0] ?? "for-me";
  const open = address.get("open");
  const list = useInfiniteQuery({
    ...trpc.requests.list.infiniteQueryOptions(
      { which, status: known(address.all("status"), PROPOSAL_LOOKS) },
      { getNextPageParam: (page) => page.next, placeholderData: keepPreviousData },
    ),
    ...live,
  });
  const counts = useQuery({ ...trpc.requests.counts.queryOptions(), ...live });
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.rows) ?? NO_ROWS, [list.data]);
  const ids = useMemo<readonly string[]>(() => rows.map((row) => row.proposal), [rows]);
  // What somebody else has signed meanwhile is no longer chosen.
  const chosen = which === "for-me" ? ids.filter((id) => picked.has(id)) : [];
  const choose = (proposal: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(proposal);
    else next.delete(proposal);
    setPicked(next);
  };
  const approve = (otherwise: string | null) => {
    if (chosen.length > 0) decide("approve", chosen);
    else if (otherwise !== null) decide("approve", [otherwise]);
  };
  useInboxKeys({
    onApprove: chosen.length > 0 || open !== null ? () => approve(open) : null,
    ...(which === "for-me"
      ? { onChoose: (row: string) => choose(row, !chosen.includes(row)) }
      : {}),
  });
  useKeepPlace(ids);
  return (
    <ListPage
      title="Requests"
      about="Approvals are signed at the desk with your hardware key. Nothing on this page decides."
      acts={
        cannotAsk === null && (
          <OwnServiceLink kind="primary" href={paths.newRequest()}>
            Ask to use a secret
          </OwnServiceLink>
        )
      }
      what="requests"
      of={list}
      tools={
        <div className="pb-3">
          <FilterTabs
            name="which"
            label="Which requests"
            fallback="for-me"
            choices={[
              { value: "for-me", word: LISTS["for-me"], count: counts.data?.forMe },
              { value: "mine", word: LISTS.mine, count: counts.data?.minePending },
              { value: "all", word: LISTS.all },
            ]}
          />
          {which === "for-me" ? (
            <ChoosePlain
              rows={rows}
              chosen={chosen}
              onChoose={(some) => setPicked(new Set(some))}
            />
          ) : (
            <div className="mt-3">
              <FilterChips
                name="status"
                label="State"
                choices={Object.entries(PROPOSAL_LOOKS).map(([value, { word }]) => ({
                  value,
                  word,
                }))}
              />
            </div>
          )}
        </div>
      }
      loading={<RequestsSkeleton />}
      forbidden="Requests are seen by those who asked, those who can sign, security admins and auditors."
      empty={<NoRequests which={which} />}
      footer={
        chosen.length > 0 && (
          <ChosenBar
            count={chosen.length}
            isBusy={isBusy}
            onApprove={() => approve(null)}
            onClear={() => setPicked(new Set())}
          />
        )
      }
      inspect={(proposal, closeHref) => <OpenRequest proposal={proposal} closeHref={closeHref} />}
      pageOf={paths.request}
      onApprove={approve}
    >
      {(shown, links) => (
        <RequestList
          rows={shown}
          label={LISTS[which]}
          open={links.open}
          href={(row) => links.hrefOf(row.proposal)}
          {...(which === "for-me"
            ? { isInbox: true, choosing: { chosen: new Set(chosen), onChoose: choose } }
            : {})}
        />
      )}
    </ListPage>
  );
}

/** Chooses all that need no second look at once; the few that do are left to be read one by one. */
function ChoosePlain({
  rows,
  chosen,
  onChoose,
}: {
  rows: readonly RequestRow[];
  chosen: readonly string[];
  onChoose: (proposals: readonly string[]) => void;
}) {
  const plain = rows.filter((row) => worthALook(row) === null).map((row) => row.proposal);
  if (plain.length < 2 || plain.every((it) => chosen.includes(it))) return null;
  const word = plain.length === rows.length ? "all" : "the";
  return (
    <div className="mt-3">
      <Button size="sm" onClick={() => onChoose([...chosen, ...plain])}>
        Choose {word} {plain.length}
        {plain.length < rows.length && " that need no second look"}
      </Button>
    </div>
  );
}
