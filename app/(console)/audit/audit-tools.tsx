"use client";
import { useId } from "react";
import { ColumnChoice } from "../../../components/patterns/column-choice.tsx";
import { choosable } from "../../../components/patterns/data-table.tsx";
import { FilterChips, FilterMenu, SearchBox } from "../../../components/patterns/filter-bar.tsx";
import { ListTools } from "../../../components/patterns/list-tools.tsx";
import { useAddress } from "../../../components/patterns/use-address.ts";
import { auditCsv } from "../../../components/rooms/audit/audit-csv.ts";
import { AUDIT_COLUMNS } from "../../../components/rooms/audit/audit-table.tsx";
import {
  actInWords,
  DOOR_WORDS,
  OUTCOME_LOOKS,
} from "../../../components/rooms/audit/audit-words.ts";
import type { AuditHistogram } from "../../../components/rooms/views.ts";
import { RemovableChip } from "../../../components/ui/chip.tsx";
import { Input } from "../../../components/ui/input.tsx";
import { useTRPCClient } from "../../_trpc/client.tsx";
import { ExportButton } from "../_list/export-button.tsx";
import type { useColumns } from "../_list/use-columns.ts";
import { useAuditFilters } from "./use-audit-filters.ts";

/** The query form of an auditor: words, days, outcome, door, act. All of it stands in the address. */
export function AuditTools({
  acts,
  columns,
}: {
  acts: AuditHistogram["acts"] | undefined;
  columns: ReturnType<typeof useColumns>;
}) {
  const client = useTRPCClient();
  const { address, filters } = useAuditFilters();
  const secret = address.get("secret");
  const actors = address.all("actor");
  return (
    <ListTools
      search={
        <SearchBox label="Search the entries" placeholder="Id, digest, correlation, reason" />
      }
      acts={
        <>
          <Day name="from" label="From" />
          <Day name="to" label="To" />
          <ColumnChoice
            columns={choosable(AUDIT_COLUMNS)}
            hidden={columns.hidden}
            onChange={columns.choose}
          />
          <ExportButton
            what="entries"
            read={(cursor) => client.audit.search.query({ ...filters, cursor, limit: 100 })}
            write={auditCsv}
          />
        </>
      }
    >
      {secret !== null && (
        <RemovableChip
          label="about one secret"
          onRemove={() => address.replace({ secret: null })}
        />
      )}
      {actors.length > 0 && (
        <RemovableChip label="by one person" onRemove={() => address.replace({ actor: null })} />
      )}
      <FilterChips
        name="outcome"
        label="Outcome"
        choices={Object.entries(OUTCOME_LOOKS).map(([value, { word }]) => ({ value, word }))}
      />
      <FilterMenu
        name="door"
        label="Where"
        choices={Object.entries(DOOR_WORDS).map(([value, word]) => ({ value, word }))}
      />
      <FilterMenu
        name="act"
        label="Act"
        choices={(acts ?? []).map((it) => ({ ...it, word: actInWords(it.value) }))}
      />
    </ListTools>
  );
}

function Day({ name, label }: { name: "from" | "to"; label: string }) {
  const id = useId();
  const address = useAddress();
  return (
    <span className="flex items-center gap-1.5 text-sm text-quiet">
      <label htmlFor={id}>{label}</label>
      <Input
        id={id}
        type="date"
        value={address.get(name) ?? ""}
        onChange={(event) => address.replace({ [name]: event.target.value, open: null })}
        className="w-auto! text-sm!"
      />
    </span>
  );
}
