"use client";
import { type Columns, DataTable } from "../../patterns/data-table.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Moment } from "../../ui/moment.tsx";
import { counted } from "../../ui/time-words.ts";
import { PERSON_LOOKS } from "../standing.ts";
import type { PersonRow } from "../views.ts";
import { WhoName } from "../who.tsx";
import { rolesInWords } from "./person-words.ts";

export const PEOPLE_COLUMNS: Columns<PersonRow> = [
  { key: "name", header: "Name", cell: (row) => <WhoName who={row} /> },
  { key: "keys", header: "Keys", from: "md", cell: (row) => <Keys count={row.activeKeys} /> },
  {
    key: "devices",
    header: "Devices",
    from: "lg",
    cell: (row) => counted(row.activeDevices, "device"),
  },
  {
    key: "seen",
    header: "Last signed",
    from: "md",
    align: "end",
    cell: (row) => (row.lastSignedAt === null ? "never" : <Moment at={row.lastSignedAt} />),
  },
  {
    key: "status",
    header: "State",
    cell: (row) => <Badge plain look={PERSON_LOOKS[row.status]} />,
  },
];

/** Somebody with one key is locked out by losing it: that is due, not wrong. */
function Keys({ count }: { count: number }) {
  return <span className={count < 2 ? "text-amber" : undefined}>{counted(count, "key")}</span>;
}

export function PeopleTable({
  rows,
  open = null,
  hidden = [],
  href,
}: {
  rows: readonly PersonRow[];
  open?: string | null;
  hidden?: readonly string[];
  href: (row: PersonRow) => string;
}) {
  return (
    <DataTable
      label="People"
      rows={rows}
      columns={PEOPLE_COLUMNS}
      id={(row) => row.person}
      href={href}
      open={open}
      hidden={hidden}
      detail={(row) => rolesInWords(row.roles)}
    />
  );
}
