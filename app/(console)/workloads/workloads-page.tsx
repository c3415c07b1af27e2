"use client";
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { ColumnChoice } from "../../../components/patterns/column-choice.tsx";
import { choosable } from "../../../components/patterns/data-table.tsx";
import { Empty } from "../../../components/patterns/empty.tsx";
import { FilterChips, SearchBox } from "../../../components/patterns/filter-bar.tsx";
import { Inspector } from "../../../components/patterns/inspector.tsx";
import { countOf, known } from "../../../components/patterns/known.ts";
import { ButtonLink } from "../../../components/patterns/link.tsx";
import { ListPage } from "../../../components/patterns/list-page.tsx";
import { ListTools } from "../../../components/patterns/list-tools.tsx";
import { paths } from "../../../components/patterns/paths.ts";
import { TableSkeleton } from "../../../components/patterns/table-skeleton.tsx";
import { useAddress } from "../../../components/patterns/use-address.ts";
import { BINDING_LOOKS } from "../../../components/rooms/standing.ts";
import type { BindingRow } from "../../../components/rooms/views.ts";
import { BindingFacts } from "../../../components/rooms/workloads/binding-facts.tsx";
import { bindingsCsv } from "../../../components/rooms/workloads/bindings-csv.ts";
import {
  BINDING_COLUMNS,
  BindingsTable,
  PROOF_WORDS,
} from "../../../components/rooms/workloads/bindings-table.tsx";
import { useTRPC, useTRPCClient } from "../../_trpc/client.tsx";
import { live } from "../_frame/live.ts";
import { RevokeDialog } from "../_frame/revoke-dialog.tsx";
import { useDesk } from "../_frame/use-desk.ts";
import { ExportButton } from "../_list/export-button.tsx";
import { useColumns } from "../_list/use-columns.ts";

const BindDialog = dynamic(() => import("./bind-dialog.tsx").then((it) => it.BindDialog));

const STATES = Object.entries(BINDING_LOOKS);

/** Which workload may fetch which secret, how it proves itself, and until when. */
export function WorkloadsPage() {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const address = useAddress();
  const { hidden, choose } = useColumns("workloads");
  const filters = {
    q: address.get("q")?.trim().slice(0, 256) || undefined,
    state: known(address.all("state"), BINDING_LOOKS),
    proof: known(address.all("proof"), PROOF_WORDS),
  };
  const list = useInfiniteQuery({
    ...trpc.workloads.list.infiniteQueryOptions(filters, {
      getNextPageParam: (page) => page.next,
      placeholderData: keepPreviousData,
    }),
    ...live,
  });
  const facets = useQuery(
    trpc.workloads.facets.queryOptions(filters, { placeholderData: keepPreviousData }),
  );
  return (
    <ListPage
      title="Workloads"
      about="A binding lets one workload fetch one secret until a day. People sign it; the workload proves itself."
      acts={<BindDialog secret={null} />}
      what="bindings"
      of={list}
      tools={
        <ListTools
          search={
            <SearchBox label="Search bindings" placeholder="Part of a workload or a secret" />
          }
          acts={
            <>
              <ColumnChoice
                columns={choosable(BINDING_COLUMNS)}
                hidden={hidden}
                onChange={choose}
              />
              <ExportButton
                what="bindings"
                read={(cursor) => client.workloads.list.query({ ...filters, cursor, limit: 100 })}
                write={bindingsCsv}
              />
            </>
          }
        >
          <FilterChips
            name="state"
            label="State"
            choices={STATES.map(([value, { word }]) => ({
              value,
              word,
              count: countOf(facets.data?.state, value),
            })).filter((it) => it.count !== 0)}
          />
          <FilterChips
            name="proof"
            label="Proof"
            choices={Object.entries(PROOF_WORDS)
              .map(([value, word]) => ({
                value,
                word,
                count: countOf(facets.data?.proof, value),
              }))
              .filter((it) => it.count !== 0)}
          />
        </ListTools>
      }
      loading={
        <TableSkeleton
          label="Reading the bindings"
          columns={BINDING_COLUMNS}
          hidden={hidden}
          twoLines
        />
      }
      forbidden="Bindings are seen by those who own or administer a service, by security admins and by auditors."
      empty={<NoBindings isFiltered={Object.values(filters).some((it) => it !== undefined)} />}
      inspect={(id, closeHref, rows) => {
        const row = rows?.find((it) => it.binding === id);
        return row === undefined ? null : <OpenBinding row={row} closeHref={closeHref} />;
      }}
    >
      {(rows, { open, hrefOf }) => (
        <BindingsTable
          rows={rows}
          open={open}
          hidden={hidden}
          href={(row) => hrefOf(row.binding)}
        />
      )}
    </ListPage>
  );
}

function NoBindings({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <Empty title="No binding fits" act={<ButtonLink href={paths.workloads()}>Show all</ButtonLink>}>
      Nothing has this workload or secret and these marks.
    </Empty>
  ) : (
    <Empty title="No workload is bound" act={<BindDialog secret={null} />}>
      An owner or admin of a service binds a workload here, with <code>secrets bind</code>, or when
      a secret is registered. Until then no program fetches anything.
    </Empty>
  );
}

function OpenBinding({ row, closeHref }: { row: BindingRow; closeHref: string }) {
  const trpc = useTRPC();
  const desk = useDesk();
  const revoke = useMutation(trpc.workloads.draftRevoke.mutationOptions());
  return (
    <Inspector label={row.workload} closeHref={closeHref} fullHref={paths.secret(row.secret)}>
      <BindingFacts row={row} />
      {(row.state === "active" || row.state === "ending") && (
        <div className="mt-5">
          <RevokeDialog
            title={`Revoke the binding of ${row.workload}`}
            explains={`It fetches ${row.name} no more, from now on. What it holds already it may use until it asks again.`}
            draft={revoke}
            onDraft={(reason) =>
              revoke.mutate({ binding: row.binding, reason, returnTo: desk.returnTo })
            }
          />
        </div>
      )}
    </Inspector>
  );
}
