"use client";
import { type Column, DataTable } from "../../patterns/data-table.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Name } from "../../ui/name.tsx";
import { EnvironmentMark } from "../secrets/environment.tsx";
import { BINDING_LOOKS } from "../standing.ts";
import type { BindingRow } from "../views.ts";

/** How a workload proves who it is. */
export const PROOF_WORDS = {
  "end-to-end": "end to end",
  "gateway-vouched": "the gateway vouches",
} as const satisfies Record<BindingRow["proof"], string>;

const COLUMNS: readonly [Column<BindingRow>, ...Column<BindingRow>[]] = [
  { key: "workload", header: "Workload", cell: (row) => <Name>{row.workload}</Name> },
  {
    key: "environment",
    header: "Environment",
    from: "md",
    cell: (row) => <EnvironmentMark environment={row.environment} />,
  },
  { key: "proof", header: "Proof", from: "lg", cell: (row) => PROOF_WORDS[row.proof] },
  {
    key: "ends",
    header: "Ends",
    align: "end",
    from: "sm",
    cell: (row) => <Moment at={row.expiresAt} />,
  },
  {
    key: "status",
    header: "State",
    cell: (row) => <Badge plain look={BINDING_LOOKS[row.state]} />,
  },
];

/** Which workload may have which secret, how it proves itself, and until when. */
export function BindingsTable({
  rows,
  href,
  open = null,
}: {
  rows: readonly BindingRow[];
  href: (row: BindingRow) => string;
  open?: string | null;
}) {
  return (
    <DataTable
      label="Bindings"
      rows={rows}
      columns={COLUMNS}
      id={(row) => row.binding}
      href={href}
      open={open}
      detail={(row) => <Name>{row.name}</Name>}
    />
  );
}
