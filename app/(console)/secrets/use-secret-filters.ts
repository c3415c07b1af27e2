"use client";
import { ENVIRONMENTS } from "@countersign/protocol/taxonomy";
import { known } from "../../../components/patterns/known.ts";
import { type Address, useAddress } from "../../../components/patterns/use-address.ts";
import {
  METADATA_WORDS,
  SECRET_LOOKS,
  SECRET_SORTS,
} from "../../../components/rooms/secrets/secret-words.ts";
import { TIER_BARS } from "../../../components/rooms/secrets/tier.tsx";

const ENVIRONMENT_TABLE = Object.fromEntries(ENVIRONMENTS.map((it) => [it, it])) as Record<
  (typeof ENVIRONMENTS)[number],
  string
>; // made of exactly these keys

/** The filters and the order of the list as they stand in the address; words that nobody knows are left out. */
export function useSecretFilters(): {
  filters: ReturnType<typeof filtersOf>;
  sort: keyof typeof SECRET_SORTS;
} {
  const address = useAddress();
  const sort = known(address.all("sort"), SECRET_SORTS)?.[0] ?? "name";
  return { filters: filtersOf(address), sort };
}

function filtersOf(address: Address) {
  const service = address.all("service");
  return {
    q: address.get("q")?.trim().slice(0, 256) || undefined,
    state: known(address.all("state"), SECRET_LOOKS),
    environment: known(address.all("environment"), ENVIRONMENT_TABLE),
    tier: known(address.all("tier"), TIER_BARS),
    missing: known(address.all("missing"), METADATA_WORDS),
    service: service.length === 0 ? undefined : [...service].slice(0, 50),
  };
}
