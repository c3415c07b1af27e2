"use client";
import { type Columns, DataTable } from "../../patterns/data-table.tsx";
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

export const BINDING_COLUMNS: Columns<BindingRow> = [
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
  hidden = [],
}: {
  rows: readonly BindingRow[];
  hidden?: readonly string[];
  href: (row: BindingRow) => string;
  open?: string | null;
}) {
  return (
    <DataTable
      label="Bindings"
      rows={rows}
      columns={BINDING_COLUMNS}
      id={(row) => row.binding}
      href={href}
      open={open}
      hidden={hidden}
      detail={(row) => <Name>{row.name}</Name>}
    />
  );
}
