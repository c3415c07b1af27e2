"use client";
import { type Column, DataTable } from "../../patterns/data-table.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Name } from "../../ui/name.tsx";
import type { AuditRow } from "../views.ts";
import { WhoName } from "../who.tsx";
import { actInWords, DOOR_WORDS, OUTCOME_LOOKS } from "./audit-words.ts";

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
      <span className={row.actor === null ? undefined : "font-normal"}>
        {actInWords(row.act, row.outcome, first !== undefined)}
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

const COLUMNS: readonly [Column<AuditRow>, ...Column<AuditRow>[]] = [
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

export const AUDIT_COLUMNS = COLUMNS.slice(1).map(({ key, header }) => ({ key, header }));

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
      columns={COLUMNS}
      id={(row) => String(row.entry)}
      href={href}
      open={open}
      hidden={hidden}
    />
  );
}
