"use client";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Answer } from "../../../components/patterns/answer.tsx";
import { Empty } from "../../../components/patterns/empty.tsx";
import {
  ColumnChoice,
  FilterChips,
  FilterMenu,
  ListTools,
  SearchBox,
} from "../../../components/patterns/filter-bar.tsx";
import { Inspector } from "../../../components/patterns/inspector.tsx";
import { countOf } from "../../../components/patterns/known.ts";
import { ButtonLink } from "../../../components/patterns/link.tsx";
import { ListLayout } from "../../../components/patterns/list-layout.tsx";
import { LoadMore } from "../../../components/patterns/load-more.tsx";
import { PageHeader } from "../../../components/patterns/page-header.tsx";
import { paths } from "../../../components/patterns/paths.ts";
import { useListKeys } from "../../../components/patterns/use-list-keys.ts";
import { SecretSummary } from "../../../components/rooms/secrets/secret-summary.tsx";
import { SECRET_LOOKS } from "../../../components/rooms/secrets/secret-words.ts";
import { SECRET_COLUMNS, SecretsTable } from "../../../components/rooms/secrets/secrets-table.tsx";
import { TIER_BARS } from "../../../components/rooms/secrets/tier.tsx";
import type { SecretFacets, SecretState } from "../../../components/rooms/views.ts";
import { SkeletonRows } from "../../../components/ui/skeleton.tsx";
import { counted } from "../../../components/ui/time-words.ts";
import { useTRPC } from "../../_trpc/client.tsx";
import { live } from "../_frame/live.ts";
import { useSecretFilters } from "./use-secret-filters.ts";

const STATES = Object.keys(SECRET_LOOKS) as SecretState[]; // keys of a literal object
const TIERS = Object.keys(TIER_BARS);

/** Every secret that the reader may know of: searched by any part of its name, filtered in the address. */
export function SecretsPage() {
  const trpc = useTRPC();
  const { address, filters } = useSecretFilters();
  const open = address.get("open");
  const list = useInfiniteQuery({
    ...trpc.secrets.list.infiniteQueryOptions(filters, {
      getNextPageParam: (page) => page.next,
      placeholderData: keepPreviousData,
    }),
    ...live,
  });
  const facets = useQuery(
    trpc.secrets.facets.queryOptions(filters, { placeholderData: keepPreviousData }),
  );
  const keys = useListKeys({
    onWalk: (id) => open !== null && address.replace({ open: id }),
    onClose: () => open !== null && address.replace({ open: null }),
  });
  const rows = list.data?.pages.flatMap((page) => page.rows);
  return (
    <>
      <PageHeader
        title="Secrets"
        acts={
          <>
            <FixLink facets={facets.data} />
            <ButtonLink href={paths.newSecret()}>Register a secret</ButtonLink>
            <ButtonLink kind="primary" href={paths.newRequest()}>
              Ask to use
            </ButtonLink>
          </>
        }
      >
        {facets.data === undefined
          ? "Their names and metadata; values never come to a browser."
          : `${counted(facets.data.total, "secret")}, by name and metadata; values never come to a browser.`}
      </PageHeader>
      <ListLayout
        keys={keys}
        tools={<Tools facets={facets.data} />}
        inspector={
          open === null ? null : (
            <OpenSecret secret={open} closeHref={address.href({ open: null })} />
          )
        }
      >
        <Answer
          of={{ data: rows, error: list.error, refetch: list.refetch }}
          loading={<SkeletonRows rows={12} label="Reading the secrets" />}
          forbidden="Secrets are seen by those who own or administer a service, by security admins and by auditors."
        >
          {(shown) =>
            shown.length === 0 ? (
              <NoSecrets isFiltered={Object.values(filters).some((it) => it !== undefined)} />
            ) : (
              <>
                <SecretsTable
                  rows={shown}
                  open={open}
                  hidden={address.all("without")}
                  href={(row) =>
                    open === row.secret
                      ? paths.secret(row.secret)
                      : address.href({ open: row.secret })
                  }
                />
                <LoadMore
                  shown={shown.length}
                  what="secrets"
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

function FixLink({ facets }: { facets: SecretFacets | undefined }) {
  const count = countOf(facets?.state, "incomplete") ?? 0;
  if (count === 0) return null;
  return <ButtonLink href={paths.fixMetadata()}>Fix {count} incomplete</ButtonLink>;
}

function Tools({ facets }: { facets: SecretFacets | undefined }) {
  return (
    <ListTools
      search={<SearchBox label="Search secrets" placeholder="Any part of a name" />}
      acts={<ColumnChoice columns={SECRET_COLUMNS} />}
    >
      <FilterChips
        name="state"
        label="State"
        choices={STATES.map((state) => ({
          value: state,
          word: SECRET_LOOKS[state].word,
          count: countOf(facets?.state, state),
        })).filter((it) => it.count !== 0)}
      />
      <FilterChips
        name="environment"
        label="Environment"
        choices={(facets?.environment ?? []).map((it) => ({ ...it, word: it.value }))}
      />
      <FilterMenu
        name="tier"
        label="Tier"
        choices={TIERS.map((tier) => ({
          value: tier,
          word: tier === "none" ? "no tier" : tier,
          count: countOf(facets?.tier, tier),
        })).filter((it) => it.count !== 0)}
      />
      <FilterMenu
        name="service"
        label="Service"
        choices={(facets?.service ?? []).map((it) => ({ ...it, word: it.value }))}
      />
    </ListTools>
  );
}

function OpenSecret({ secret, closeHref }: { secret: string; closeHref: string }) {
  const trpc = useTRPC();
  const detail = useQuery(trpc.secrets.detail.queryOptions({ secret }));
  return (
    <Inspector
      label={detail.data?.row.name ?? "Secret"}
      closeHref={closeHref}
      fullHref={paths.secret(secret)}
    >
      <Answer of={detail} loading={<SkeletonRows label="Reading the secret" />}>
        {(of) => <SecretSummary of={of} />}
      </Answer>
    </Inspector>
  );
}

function NoSecrets({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <Empty title="No secret fits" act={<ButtonLink href={paths.secrets()}>Show all</ButtonLink>}>
      Nothing has this name and these marks. Part of a name is enough; slashes need not be typed.
    </Empty>
  ) : (
    <Empty title="No secret yet">
      A service admin registers the first with <code>secrets register</code> on the command line.
      Its metadata then stands here; its value never does.
    </Empty>
  );
}
