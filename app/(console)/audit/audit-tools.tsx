"use client";
import { Download } from "lucide-react";
import { useId } from "react";
import {
  FilterChips,
  FilterMenu,
  ListTools,
  SearchBox,
} from "../../../components/patterns/filter-bar.tsx";
import { useAddress } from "../../../components/patterns/use-address.ts";
import { auditCsv } from "../../../components/rooms/audit/audit-csv.ts";
import {
  actInWords,
  DOOR_WORDS,
  OUTCOME_LOOKS,
} from "../../../components/rooms/audit/audit-words.ts";
import type { AuditHistogram, AuditRow } from "../../../components/rooms/views.ts";
import { Button } from "../../../components/ui/button.tsx";
import { RemovableChip } from "../../../components/ui/chip.tsx";
import { Input } from "../../../components/ui/input.tsx";

/** The query form of an auditor: words, days, outcome, door, act. All of it stands in the address. */
export function AuditTools({
  acts,
  rows,
}: {
  acts: AuditHistogram["acts"] | undefined;
  rows: readonly AuditRow[] | undefined;
}) {
  const address = useAddress();
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
          <Button
            aria-label="CSV: download the entries shown, as an unproven copy"
            onClick={() => rows !== undefined && download(auditCsv(rows))}
          >
            <Download aria-hidden="true" className="size-4" />
            CSV
          </Button>
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

function download(csv: string): void {
  const url = URL.createObjectURL(new Blob([csv], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "countersign-entries-unproven-copy.csv";
  link.click();
  URL.revokeObjectURL(url);
}
