"use client";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Answer } from "../../../components/patterns/answer.tsx";
import { Empty } from "../../../components/patterns/empty.tsx";
import { FilterChips, FilterTabs } from "../../../components/patterns/filter-bar.tsx";
import { Inspector } from "../../../components/patterns/inspector.tsx";
import { known } from "../../../components/patterns/known.ts";
import { ButtonLink } from "../../../components/patterns/link.tsx";
import { ListLayout } from "../../../components/patterns/list-layout.tsx";
import { LoadMore } from "../../../components/patterns/load-more.tsx";
import { PageHeader } from "../../../components/patterns/page-header.tsx";
import { paths } from "../../../components/patterns/paths.ts";
import { useAddress } from "../../../components/patterns/use-address.ts";
import { useListKeys } from "../../../components/patterns/use-list-keys.ts";
import { RequestCard } from "../../../components/rooms/requests/request-detail.tsx";
import { RequestList } from "../../../components/rooms/requests/request-list.tsx";
import { PROPOSAL_LOOKS } from "../../../components/rooms/requests/request-state.ts";
import { SkeletonRows } from "../../../components/ui/skeleton.tsx";
import { useTRPC } from "../../_trpc/client.tsx";
import { live } from "../_frame/live.ts";
import { ChosenBar } from "./chosen-bar.tsx";
import { RequestActs } from "./request-acts.tsx";
import { useDecide } from "./use-decide.ts";

const LISTS = {
  "for-me": "Waits for you",
  mine: "Yours",
  all: "All",
} as const;
type Which = keyof typeof LISTS;

/** The inbox of approvals, what one asked for, and everything: sentences with signature lines. */
export function RequestsPage() {
  const trpc = useTRPC();
  const address = useAddress();
  const { decide, isBusy } = useDecide();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
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
  const rows = list.data?.pages.flatMap((page) => page.rows);
  const keys = useListKeys({
    onWalk: (id) => open !== null && address.replace({ open: id }),
    onClose: () => open !== null && address.replace({ open: null }),
    onApprove: (id) => decide("approve", chosen.size > 0 ? [...chosen] : [id]),
  });
  const choose = (proposal: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(proposal);
    else next.delete(proposal);
    setChosen(next);
  };
  return (
    <>
      <PageHeader
        title="Requests"
        acts={
          <ButtonLink kind="primary" href={paths.newRequest()}>
            Ask to use a secret
          </ButtonLink>
        }
      >
        Approvals are signed at the desk with your hardware key. Nothing on this page decides.
      </PageHeader>
      <ListLayout
        keys={keys}
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
            {which !== "for-me" && (
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
        inspector={
          open === null ? null : (
            <OpenRequest proposal={open} closeHref={address.href({ open: null })} />
          )
        }
      >
        <Answer
          of={{ data: rows, error: list.error, refetch: list.refetch }}
          loading={<SkeletonRows label="Reading the requests" />}
          forbidden="Requests are seen by those who asked, those who can sign, security admins and auditors."
        >
          {(shown) =>
            shown.length === 0 ? (
              <NoRequests which={which} />
            ) : (
              <>
                <RequestList
                  rows={shown}
                  label={LISTS[which]}
                  open={open}
                  href={(row) =>
                    open === row.proposal
                      ? paths.request(row.proposal)
                      : address.href({ open: row.proposal })
                  }
                  {...(which === "for-me"
                    ? { isInbox: true, choosing: { chosen, onChoose: choose } }
                    : {})}
                />
                <LoadMore
                  shown={shown.length}
                  what="requests"
                  more={list.hasNextPage}
                  isLoading={list.isFetchingNextPage}
                  onMore={() => void list.fetchNextPage()}
                />
              </>
            )
          }
        </Answer>
        {chosen.size > 0 && (
          <ChosenBar
            count={chosen.size}
            isBusy={isBusy}
            onApprove={() => decide("approve", [...chosen])}
            onClear={() => setChosen(new Set())}
          />
        )}
      </ListLayout>
    </>
  );
}

function OpenRequest({ proposal, closeHref }: { proposal: string; closeHref: string }) {
  const trpc = useTRPC();
  const detail = useQuery({ ...trpc.requests.detail.queryOptions({ proposal }), ...live });
  return (
    <Inspector
      label={detail.data?.card.title ?? "Request"}
      closeHref={closeHref}
      fullHref={paths.request(proposal)}
    >
      <Answer of={detail} loading={<SkeletonRows label="Reading the request" />}>
        {(of) => (
          <>
            <RequestActs of={of} />
            <div className="mt-4 [&_article]:border-0 [&_article]:p-0">
              <RequestCard of={of} heading="h2" />
            </div>
          </>
        )}
      </Answer>
    </Inspector>
  );
}

function NoRequests({ which }: { which: Which }) {
  switch (which) {
    case "for-me":
      return (
        <Empty
          title="Nothing waits for you"
          act={<ButtonLink href={paths.requests({ which: "all" })}>All requests</ButtonLink>}
        >
          What you can sign stands here as soon as somebody asks.
        </Empty>
      );
    case "mine":
      return (
        <Empty
          title="You have asked for nothing"
          act={
            <ButtonLink kind="primary" href={paths.newRequest()}>
              Ask to use a secret
            </ButtonLink>
          }
        >
          What you ask for stands here with its signature lines, until it is over and after.
        </Empty>
      );
    case "all":
      return (
        <Empty title="No request fits">
          Every request stays here for ever, lapsed and refused ones too.
        </Empty>
      );
  }
}
