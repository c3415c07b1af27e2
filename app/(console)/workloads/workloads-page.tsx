"use client";
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { Answer } from "../../../components/patterns/answer.tsx";
import { Empty } from "../../../components/patterns/empty.tsx";
import { FilterChips, ListTools, SearchBox } from "../../../components/patterns/filter-bar.tsx";
import { Inspector } from "../../../components/patterns/inspector.tsx";
import { countOf, known } from "../../../components/patterns/known.ts";
import { ButtonLink } from "../../../components/patterns/link.tsx";
import { ListLayout } from "../../../components/patterns/list-layout.tsx";
import { LoadMore } from "../../../components/patterns/load-more.tsx";
import { PageHeader } from "../../../components/patterns/page-header.tsx";
import { paths } from "../../../components/patterns/paths.ts";
import { useAddress } from "../../../components/patterns/use-address.ts";
import { useListKeys } from "../../../components/patterns/use-list-keys.ts";
import { BINDING_LOOKS } from "../../../components/rooms/standing.ts";
import type { BindingRow } from "../../../components/rooms/views.ts";
import { BindingFacts } from "../../../components/rooms/workloads/binding-facts.tsx";
import { BindingsTable, PROOF_WORDS } from "../../../components/rooms/workloads/bindings-table.tsx";
import { SkeletonRows } from "../../../components/ui/skeleton.tsx";
import { useTRPC } from "../../_trpc/client.tsx";
import { RevokeDialog } from "../_frame/revoke-dialog.tsx";
import { useDesk } from "../_frame/use-desk.ts";

const BindDialog = dynamic(() => import("./bind-dialog.tsx").then((it) => it.BindDialog));

const STATES = Object.entries(BINDING_LOOKS);

/** Which workload may fetch which secret, how it proves itself, and until when. */
export function WorkloadsPage() {
  const trpc = useTRPC();
  const address = useAddress();
  const open = address.get("open");
  const filters = {
    q: address.get("q")?.trim().slice(0, 256) || undefined,
    state: known(address.all("state"), BINDING_LOOKS),
    proof: known(address.all("proof"), PROOF_WORDS),
  };
  const list = useInfiniteQuery(
    trpc.workloads.list.infiniteQueryOptions(filters, {
      getNextPageParam: (page) => page.next,
      placeholderData: keepPreviousData,
    }),
  );
  const facets = useQuery(
    trpc.workloads.facets.queryOptions(filters, { placeholderData: keepPreviousData }),
  );
  const keys = useListKeys({
    onWalk: (id) => open !== null && address.replace({ open: id }),
    onClose: () => open !== null && address.replace({ open: null }),
  });
  const rows = list.data?.pages.flatMap((page) => page.rows);
  const shown = rows?.find((row) => row.binding === open);
  return (
    <>
      <PageHeader title="Workloads" acts={<BindDialog secret={null} />}>
        A binding lets one workload fetch one secret until a day. People sign it; the workload
        proves itself.
      </PageHeader>
      <ListLayout
        keys={keys}
        tools={
          <ListTools
            search={
              <SearchBox label="Search bindings" placeholder="Part of a workload or a secret" />
            }
          >
            <FilterChips
              name="state"
              label="State"
              choices={STATES.map(([value, { word }]) => ({
                value,
                word,
                count: countOf(facets.data?.state, value),
              }))}
            />
            <FilterChips
              name="proof"
              label="Proof"
              choices={Object.entries(PROOF_WORDS).map(([value, word]) => ({
                value,
                word,
                count: countOf(facets.data?.proof, value),
              }))}
            />
          </ListTools>
        }
        inspector={
          shown === undefined ? null : (
            <OpenBinding row={shown} closeHref={address.href({ open: null })} />
          )
        }
      >
        <Answer
          of={{ data: rows, error: list.error, refetch: list.refetch }}
          loading={<SkeletonRows label="Reading the bindings" />}
          forbidden="Bindings are seen by those who own or administer a service, by security admins and by auditors."
        >
          {(bindings) =>
            bindings.length === 0 ? (
              <Empty
                title="No binding fits"
                act={<ButtonLink href={paths.workloads()}>Show all</ButtonLink>}
              >
                An owner or admin of a service binds a workload here, with <code>secrets bind</code>
                , or when a secret is registered.
              </Empty>
            ) : (
              <>
                <BindingsTable
                  rows={bindings}
                  open={open}
                  href={(row) => address.href({ open: open === row.binding ? null : row.binding })}
                />
                <LoadMore
                  shown={bindings.length}
                  what="bindings"
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
