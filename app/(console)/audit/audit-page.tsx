"use client";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Answer } from "../../../components/patterns/answer.tsx";
import { Empty } from "../../../components/patterns/empty.tsx";
import { Inspector } from "../../../components/patterns/inspector.tsx";
import { ButtonLink } from "../../../components/patterns/link.tsx";
import { ListLayout } from "../../../components/patterns/list-layout.tsx";
import { LoadMore } from "../../../components/patterns/load-more.tsx";
import { PageHeader } from "../../../components/patterns/page-header.tsx";
import { paths } from "../../../components/patterns/paths.ts";
import { useListKeys } from "../../../components/patterns/use-list-keys.ts";
import { AuditEntry } from "../../../components/rooms/audit/audit-detail.tsx";
import { AuditTable } from "../../../components/rooms/audit/audit-table.tsx";
import { DayBars } from "../../../components/rooms/overview/day-bars.tsx";
import type { AuditHistogram } from "../../../components/rooms/views.ts";
import { SkeletonRows } from "../../../components/ui/skeleton.tsx";
import { useTRPC } from "../../_trpc/client.tsx";
import { AuditTools } from "./audit-tools.tsx";
import { useAuditFilters } from "./use-audit-filters.ts";

/** Every act and every refusal, newest first, as far as the reader's roles reach; each line has a source. */
export function AuditPage() {
  const trpc = useTRPC();
  const { address, filters } = useAuditFilters();
  const open = address.get("open");
  const list = useInfiniteQuery(
    trpc.audit.search.infiniteQueryOptions(filters, {
      getNextPageParam: (page) => page.next,
      placeholderData: keepPreviousData,
    }),
  );
  const histogram = useQuery(
    trpc.audit.histogram.queryOptions(filters, { placeholderData: keepPreviousData }),
  );
  const keys = useListKeys({
    onWalk: (id) => open !== null && address.replace({ open: id }),
    onClose: () => open !== null && address.replace({ open: null }),
  });
  const rows = list.data?.pages.flatMap((page) => page.rows);
  return (
    <>
      <PageHeader title="Audit">
        {list.data?.pages[0]?.covers ?? "What happened, as the ledger has it."}
      </PageHeader>
      <ListLayout
        keys={keys}
        tools={
          <>
            <AuditTools acts={histogram.data?.acts} rows={rows} />
            {histogram.data !== undefined && open === null && <Histogram of={histogram.data} />}
          </>
        }
        inspector={
          open === null ? null : <OpenEntry entry={open} closeHref={address.href({ open: null })} />
        }
      >
        <Answer
          of={{ data: rows, error: list.error, refetch: list.refetch }}
          loading={<SkeletonRows rows={12} label="Reading the entries" />}
          forbidden="The audit is read by compliance auditors, security admins and the CISO; service admins read their own services."
        >
          {(shown) =>
            shown.length === 0 ? (
              <Empty
                title="No entry fits"
                act={<ButtonLink href={paths.audit()}>Show all</ButtonLink>}
              >
                Every act and every refusal has an entry here, for ever. Widen the days, or take a
                filter away.
              </Empty>
            ) : (
              <>
                <AuditTable
                  rows={shown}
                  open={open}
                  href={(row) =>
                    open === String(row.entry)
                      ? paths.auditEntry(row.entry)
                      : address.href({ open: String(row.entry) })
                  }
                />
                <LoadMore
                  shown={shown.length}
                  what="entries"
                  more={list.hasNextPage}
                  isLoading={list.isFetchingNextPage}
                  onMore={() => void list.fetchNextPage()}
                />
              </>
            )
          }
        </Answer>
      </ListLayout>
    </>
  );
}

function Histogram({ of }: { of: AuditHistogram }) {
  if (of.days.length < 2) return null;
  return (
    <div className="mb-4">
      <DayBars
        label="Entries per day"
        series={[
          { word: "done", look: "solid" },
          { word: "refused", look: "hatched" },
        ]}
        bars={of.days.map(({ day, done, refused }) => ({ day, parts: [done, refused] }))}
      />
    </div>
  );
}

function OpenEntry({ entry, closeHref }: { entry: string; closeHref: string }) {
  const trpc = useTRPC();
  const index = Number(entry);
  const detail = useQuery(
    trpc.audit.detail.queryOptions({ entry: index }, { enabled: Number.isInteger(index) }),
  );
  return (
    <Inspector label={`Entry ${entry}`} closeHref={closeHref} fullHref={paths.auditEntry(entry)}>
      <Answer of={detail} loading={<SkeletonRows label="Reading the entry" />}>
        {(of) => <AuditEntry of={of} heading="h2" />}
      </Answer>
    </Inspector>
  );
}
