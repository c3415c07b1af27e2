"use client";
import type { Instant } from "@countersign/protocol/instants";
import { known } from "../../../components/patterns/known.ts";
import { type Address, useAddress } from "../../../components/patterns/use-address.ts";
import { DOOR_WORDS, OUTCOME_LOOKS } from "../../../components/rooms/audit/audit-words.ts";

const DAY = /^20\d\d-\d\d-\d\d$/;

/** The query of an auditor as it stands in the address; what is no day or no known word is left out. */
export function useAuditFilters(): { address: Address; filters: ReturnType<typeof filtersOf> } {
  const address = useAddress();
  return { address, filters: filtersOf(address) };
}

function filtersOf(address: Address) {
  const act = address.all("act");
  const actor = address.all("actor");
  // Both of two is as good as none.
  const outcome = known(address.all("outcome"), OUTCOME_LOOKS);
  return {
    q: address.get("q")?.trim().slice(0, 200) || undefined,
    act: act.length === 0 ? undefined : [...act].slice(0, 30),
    actor: actor.length === 0 ? undefined : [...actor].slice(0, 20),
    secret: address.get("secret") ?? undefined,
    outcome: outcome?.length === 1 ? outcome[0] : undefined,
    door: known(address.all("door"), DOOR_WORDS),
    from: dayStart(address.get("from")),
    to: dayEnd(address.get("to")),
  };
}

// A day that matches the pattern makes an instant; one that is in no calendar is refused by the procedure.
const dayStart = (day: string | null) =>
  day !== null && DAY.test(day) ? (`${day}T00:00:00Z` as Instant) : undefined;
const dayEnd = (day: string | null) =>
  day !== null && DAY.test(day) ? (`${day}T23:59:59Z` as Instant) : undefined;
