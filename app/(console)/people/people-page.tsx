"use client";
import { ROLE_NAMES, ROLES } from "@countersign/protocol/role-names";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Answer } from "../../../components/patterns/answer.tsx";
import { Empty } from "../../../components/patterns/empty.tsx";
import {
  FilterChips,
  FilterMenu,
  ListTools,
  SearchBox,
} from "../../../components/patterns/filter-bar.tsx";
import { Inspector } from "../../../components/patterns/inspector.tsx";
import { known } from "../../../components/patterns/known.ts";
import { ButtonLink } from "../../../components/patterns/link.tsx";
import { ListLayout } from "../../../components/patterns/list-layout.tsx";
import { LoadMore } from "../../../components/patterns/load-more.tsx";
import { PageHeader } from "../../../components/patterns/page-header.tsx";
import { paths } from "../../../components/patterns/paths.ts";
import { useAddress } from "../../../components/patterns/use-address.ts";
import { useListKeys } from "../../../components/patterns/use-list-keys.ts";
import { PeopleTable } from "../../../components/rooms/people/people-table.tsx";
import { PersonFacts } from "../../../components/rooms/people/person-detail.tsx";
import { PERSON_LOOKS } from "../../../components/rooms/standing.ts";
import { SkeletonRows } from "../../../components/ui/skeleton.tsx";
import { useTRPC } from "../../_trpc/client.tsx";

/** Who may do what, and with which keys they prove who they are. */
export function PeoplePage() {
  const trpc = useTRPC();
  const address = useAddress();
  const open = address.get("open");
  const list = useInfiniteQuery(
    trpc.people.list.infiniteQueryOptions(
      {
        q: address.get("q")?.trim().slice(0, 80) || undefined,
        role: known(address.all("role"), ROLE_NAMES),
        status: known(address.all("status"), PERSON_LOOKS),
      },
      { getNextPageParam: (page) => page.next, placeholderData: keepPreviousData },
    ),
  );
  const keys = useListKeys({
    onWalk: (id) => open !== null && address.replace({ open: id }),
    onClose: () => open !== null && address.replace({ open: null }),
  });
  const rows = list.data?.pages.flatMap((page) => page.rows);
  return (
    <>
      <PageHeader title="People and keys">
        Roles say what people may do; hardware keys prove who did it. Both change by a signed
        statement only.
      </PageHeader>
      <ListLayout
        keys={keys}
        tools={
          <ListTools search={<SearchBox label="Search people" placeholder="Part of a name" />}>
            <FilterMenu
              name="role"
              label="Role"
              choices={ROLES.map((role) => ({ value: role, word: ROLE_NAMES[role] }))}
            />
            <FilterChips
              name="status"
              label="State"
              choices={Object.entries(PERSON_LOOKS).map(([value, { word }]) => ({ value, word }))}
            />
          </ListTools>
        }
        inspector={
          open === null ? null : (
            <OpenPerson person={open} closeHref={address.href({ open: null })} />
          )
        }
      >
        <Answer
          of={{ data: rows, error: list.error, refetch: list.refetch }}
          loading={<SkeletonRows label="Reading the people" />}
          forbidden="Everybody sees themselves at the top right. All people are seen by officers, security admins, tenant admins and auditors."
        >
          {(shown) =>
            shown.length === 0 ? (
              <Empty
                title="Nobody fits"
                act={<ButtonLink href={paths.people()}>Show all</ButtonLink>}
              >
                People come in by an invitation and a hardware key.
              </Empty>
            ) : (
              <>
                <PeopleTable
                  rows={shown}
                  open={open}
                  href={(row) =>
                    open === row.person
                      ? paths.person(row.person)
                      : address.href({ open: row.person })
                  }
                />
                <LoadMore
                  shown={shown.length}
                  what="people"
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

function OpenPerson({ person, closeHref }: { person: string; closeHref: string }) {
  const trpc = useTRPC();
  const detail = useQuery(trpc.people.detail.queryOptions({ person }));
  return (
    <Inspector
      label={detail.data?.row.name ?? "Person"}
      closeHref={closeHref}
      fullHref={paths.person(person)}
    >
      <Answer of={detail} loading={<SkeletonRows label="Reading the person" />}>
        {(of) => <PersonFacts of={of} heading="h2" />}
      </Answer>
    </Inspector>
  );
}
