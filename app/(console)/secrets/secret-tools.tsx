"use client";
import { ColumnChoice } from "../../../components/patterns/column-choice.tsx";
import { choosable } from "../../../components/patterns/data-table.tsx";
import { FilterChips, FilterMenu, SearchBox } from "../../../components/patterns/filter-bar.tsx";
import { countOf } from "../../../components/patterns/known.ts";
import { ListTools } from "../../../components/patterns/list-tools.tsx";
import { SortMenu } from "../../../components/patterns/sort-menu.tsx";
import {
  METADATA_WORDS,
  SECRET_LOOKS,
  SECRET_SORTS,
} from "../../../components/rooms/secrets/secret-words.ts";
import { secretsCsv } from "../../../components/rooms/secrets/secrets-csv.ts";
import { SECRET_COLUMNS } from "../../../components/rooms/secrets/secrets-table.tsx";
import { TIER_BARS } from "../../../components/rooms/secrets/tier.tsx";
import type { SecretFacets } from "../../../components/rooms/views.ts";
import { useTRPCClient } from "../../_trpc/client.tsx";
import { ExportButton } from "../_list/export-button.tsx";
import type { useColumns } from "../_list/use-columns.ts";
import { useSecretFilters } from "./use-secret-filters.ts";

/** What is done with the list as a whole: searched, filtered, sorted, its columns chosen, copied. */
export function SecretTools({
  facets,
  columns,
}: {
  /** Counts for the chips; undefined while they are read. */
  facets: SecretFacets | undefined;
  columns: ReturnType<typeof useColumns>;
}) {
  const client = useTRPCClient();
  const { filters, sort } = useSecretFilters();
  return (
    <ListTools
      search={<SearchBox label="Search secrets" placeholder="Any part of a name" />}
      acts={
        <>
          <SortMenu choices={SECRET_SORTS} fallback="name" />
          <ColumnChoice
            columns={choosable(SECRET_COLUMNS)}
            hidden={columns.hidden}
            onChange={columns.choose}
          />
          <ExportButton
            what="secrets"
            read={(cursor) => client.secrets.list.query({ ...filters, sort, cursor, limit: 100 })}
            write={secretsCsv}
          />
        </>
      }
    >
      <FilterChips name="state" label="State" choices={ofTable(SECRET_STATES, facets?.state)} />
      <FilterChips
        name="environment"
        label="Environment"
        choices={(facets?.environment ?? []).map((it) => ({ ...it, word: it.value }))}
      />
      <FilterMenu name="tier" label="Tier" choices={ofTable(TIERS, facets?.tier)} />
      <FilterMenu
        name="service"
        label="Service"
        choices={(facets?.service ?? []).map((it) => ({ ...it, word: it.value }))}
      />
      <FilterMenu name="missing" label="Missing" choices={ofTable(MISSING, facets?.missing)} />
    </ListTools>
  );
}

const SECRET_STATES = Object.entries(SECRET_LOOKS).map(([value, { word }]) => ({ value, word }));
const TIERS = Object.keys(TIER_BARS).map((tier) => ({
  value: tier,
  word: tier === "none" ? "no tier" : tier,
}));
const MISSING = Object.entries(METADATA_WORDS).map(([value, word]) => ({ value, word }));

/** Each choice with how many rows it would leave; what would leave none is no choice. */
function ofTable(
  choices: readonly { readonly value: string; readonly word: string }[],
  facet: SecretFacets["state"] | undefined,
) {
  return choices
    .map((it) => ({ ...it, count: countOf(facet, it.value) }))
    .filter((it) => it.count !== 0);
}
