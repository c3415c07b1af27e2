"use client";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Answer } from "../../../components/patterns/answer.tsx";
import { Empty } from "../../../components/patterns/empty.tsx";
import { Inspector } from "../../../components/patterns/inspector.tsx";
import { ButtonLink } from "../../../components/patterns/link.tsx";
import { ListPage } from "../../../components/patterns/list-page.tsx";
import { paths } from "../../../components/patterns/paths.ts";
import { TableSkeleton } from "../../../components/patterns/table-skeleton.tsx";
import { AuditDays } from "../../../components/rooms/audit/audit-days.tsx";
import { AuditEntry } from "../../../components/rooms/audit/audit-detail.tsx";
import { AUDIT_COLUMNS, AuditTable } from "../../../components/rooms/audit/audit-table.tsx";
import { SkeletonFacts } from "../../../components/ui/skeleton.tsx";
import { useTRPC } from "../../_trpc/client.tsx";
import { useColumns } from "../_list/use-columns.ts";
import { AuditTools } from "./audit-tools.tsx";
import { useAuditFilters } from "./use-audit-filters.ts";

/** Every act and every refusal, newest first, as far as the reader's roles reach; each line has a source. */
export function AuditPage() {
  const trpc = useTRPC();
  const { filters } = useAuditFilters();
  const columns = useColumns("audit");
  const list = useInfiniteQuery(
    trpc.audit.search.infiniteQueryOptions(filters, {
      getNextPageParam: (page) => page.next,
      placeholderData: keepPreviousData,
    }),
  );
  const histogram = useQuery(
    trpc.audit.histogram.queryOptions(filters, { placeholderData: keepPreviousData }),
  );
  return (
    <ListPage
      title="Audit"
      about={list.data?.pages[0]?.covers ?? "What happened, as the ledger has it."}
      what="entries"
      of={list}
      tools={
        <>
          <AuditTools acts={histogram.data?.acts} columns={columns} />
          {histogram.error === null && <AuditDays of={histogram.data} />}
        </>
      }
      loading={
        <TableSkeleton
          label="Reading the entries"
          columns={AUDIT_COLUMNS}
          hidden={columns.hidden}
        />
      }
      forbidden="The audit is read by compliance auditors, security admins and the CISO; service admins read their own services."
      empty={
        <Empty title="No entry fits" act={<ButtonLink href={paths.audit()}>Show all</ButtonLink>}>
          Every act and every refusal has an entry here, for ever. Widen the days, or take a filter
          away.
        </Empty>
      }
      inspect={(id, closeHref) => <OpenEntry entry={id} closeHref={closeHref} />}
      pageOf={paths.auditEntry}
    >
      {(rows, { open, hrefOf }) => (
        <AuditTable
          rows={rows}
          open={open}
          hidden={columns.hidden}
          href={(row) => hrefOf(String(row.entry))}
        />
      )}
    </ListPage>
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
      <Answer of={detail} loading={<SkeletonFacts label="Reading the entry" />}>
        {(of) => <AuditEntry of={of} heading="h2" />}
      </Answer>
    </Inspector>
  );
}
