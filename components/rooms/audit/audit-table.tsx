"use client";
import { type Columns, DataTable } from "../../patterns/data-table.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Name, Prose } from "../../ui/name.tsx";
import type { AuditRow } from "../views.ts";
import { WhoName } from "../who.tsx";
import { deedInWords } from "./audit-about.ts";
import { DOOR_WORDS, OUTCOME_LOOKS } from "./audit-words.ts";

/** An entry as a sentence: who did what to what. It can be read aloud. */
export function AuditSentence({ row }: { row: AuditRow }) {
  const [first, ...others] = row.secrets;
  return (
    <>
      {row.actor !== null && (
        <>
          <WhoName who={row.actor} />{" "}
        </>
      )}
      {row.workload !== null && (
        <>
          <Name>{row.workload}</Name>{" "}
        </>
      )}
      <span className={row.actor === null && row.workload === null ? undefined : "font-normal"}>
        <Prose>{deedInWords(row)}</Prose>
      </span>
      {first !== undefined && (
        <>
          {" "}
          <Name className="font-normal">{first.name}</Name>
        </>
      )}
      {others.length > 0 && <span className="font-normal"> and {others.length} more</span>}
      {row.count > 1 && <span className="font-normal text-quiet">, {row.count} times</span>}
    </>
  );
}

export const AUDIT_COLUMNS: Columns<AuditRow> = [
  { key: "what", header: "What happened", cell: (row) => <AuditSentence row={row} /> },
  {
    key: "outcome",
    header: "Outcome",
    cell: (row) => <Badge plain look={OUTCOME_LOOKS[row.outcome]} />,
  },
  { key: "door", header: "Where", from: "lg", cell: (row) => DOOR_WORDS[row.door] ?? row.door },
  { key: "code", header: "Code", from: "lg", cell: (row) => row.code ?? "" },
  { key: "at", header: "When", from: "sm", align: "end", cell: (row) => <Moment at={row.at} /> },
  {
    key: "entry",
    header: "Entry",
    from: "md",
    align: "end",
    cell: (row) => <Name>{String(row.entry)}</Name>,
  },
];

export function AuditTable({
  rows,
  open = null,
  hidden = [],
  href,
  label = "Entries",
}: {
  rows: readonly AuditRow[];
  open?: string | null;
  hidden?: readonly string[];
  href: (row: AuditRow) => string;
  label?: string;
}) {
  return (
    <DataTable
      label={label}
      rows={rows}
      columns={AUDIT_COLUMNS}
      id={(row) => String(row.entry)}
      href={href}
      open={open}
      hidden={hidden}
    />
  );
}
