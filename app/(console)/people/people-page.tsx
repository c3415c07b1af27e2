"use client";
import { ROLE_NAMES, ROLES } from "@countersign/protocol/role-names";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Answer } from "../../../components/patterns/answer.tsx";
import { ColumnChoice } from "../../../components/patterns/column-choice.tsx";
import { choosable } from "../../../components/patterns/data-table.tsx";
import { Empty } from "../../../components/patterns/empty.tsx";
import { FilterChips, FilterMenu, SearchBox } from "../../../components/patterns/filter-bar.tsx";
import { Inspector } from "../../../components/patterns/inspector.tsx";
import { known } from "../../../components/patterns/known.ts";
import { ButtonLink } from "../../../components/patterns/link.tsx";
import { ListPage } from "../../../components/patterns/list-page.tsx";
import { ListTools } from "../../../components/patterns/list-tools.tsx";
import { paths } from "../../../components/patterns/paths.ts";
import { TableSkeleton } from "../../../components/patterns/table-skeleton.tsx";
import { useAddress } from "../../../components/patterns/use-address.ts";
import { peopleCsv } from "../../../components/rooms/people/people-csv.ts";
import { PEOPLE_COLUMNS, PeopleTable } from "../../../components/rooms/people/people-table.tsx";
import { PersonFacts } from "../../../components/rooms/people/person-detail.tsx";
import { PERSON_LOOKS } from "../../../components/rooms/standing.ts";
import { SkeletonFacts } from "../../../components/ui/skeleton.tsx";
import { useTRPC, useTRPCClient } from "../../_trpc/client.tsx";
import { ExportButton } from "../_list/export-button.tsx";
import { useColumns } from "../_list/use-columns.ts";

/** Who may do what, and with which keys they prove who they are. */
export function PeoplePage() {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const address = useAddress();
  const { hidden, choose } = useColumns("people");
  const filters = {
    q: address.get("q")?.trim().slice(0, 80) || undefined,
    role: known(address.all("role"), ROLE_NAMES),
    status: known(address.all("status"), PERSON_LOOKS),
  };
  const list = useInfiniteQuery(
    trpc.people.list.infiniteQueryOptions(filters, {
      getNextPageParam: (page) => page.next,
      placeholderData: keepPreviousData,
    }),
  );
  return (
    <ListPage
      title="People and keys"
      about="Roles say what people may do; hardware keys prove who did it. Both change by a signed statement only."
      what="people"
      of={list}
      tools={
        <ListTools
          search={<SearchBox label="Search people" placeholder="Part of a name" />}
          acts={
            <>
              <ColumnChoice columns={choosable(PEOPLE_COLUMNS)} hidden={hidden} onChange={choose} />
              <ExportButton
                what="people"
                read={(cursor) => client.people.list.query({ ...filters, cursor, limit: 100 })}
                write={peopleCsv}
              />
            </>
          }
        >
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
      loading={
        <TableSkeleton
          label="Reading the people"
          columns={PEOPLE_COLUMNS}
          hidden={hidden}
          twoLines
        />
      }
      forbidden="Everybody sees themselves at the top right. All people are seen by officers, security admins, tenant admins and auditors."
      empty={
        <Empty title="Nobody fits" act={<ButtonLink href={paths.people()}>Show all</ButtonLink>}>
          People come in by an invitation and a hardware key.
        </Empty>
      }
      inspect={(id, closeHref) => <OpenPerson person={id} closeHref={closeHref} />}
      pageOf={paths.person}
    >
      {(rows, { open, hrefOf }) => (
        <PeopleTable rows={rows} open={open} hidden={hidden} href={(row) => hrefOf(row.person)} />
      )}
    </ListPage>
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
      <Answer of={detail} loading={<SkeletonFacts label="Reading the person" />}>
        {(of) => <PersonFacts of={of} heading="h2" />}
      </Answer>
    </Inspector>
  );
}
