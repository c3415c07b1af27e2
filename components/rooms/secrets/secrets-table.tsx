"use client";
import { type Columns, DataTable } from "../../patterns/data-table.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Name } from "../../ui/name.tsx";
import type { SecretRow } from "../views.ts";
import { CompletenessPips } from "./completeness.tsx";
import { EnvironmentMark } from "./environment.tsx";
import { rotationInWords, SECRET_LOOKS, TYPE_WORDS } from "./secret-words.ts";
import { TierMark } from "./tier.tsx";

export const SECRET_COLUMNS: Columns<SecretRow> = [
  { key: "name", header: "Name", cell: (row) => <Name>{row.name}</Name> },
  { key: "state", header: "State", cell: (row) => <Badge plain look={SECRET_LOOKS[row.state]} /> },
  {
    key: "environment",
    header: "Environment",
    from: "md",
    cell: (row) => <EnvironmentMark environment={row.environment} />,
  },
  { key: "tier", header: "Tier", from: "md", cell: (row) => <TierMark tier={row.tier} /> },
  { key: "owner", header: "Owner", from: "lg", cell: (row) => row.owner ?? "—" },
  {
    key: "metadata",
    header: "Metadata",
    from: "2xl",
    cell: (row) => <CompletenessPips gaps={row.gaps} />,
  },
  { key: "type", header: "Type", from: "2xl", cell: (row) => TYPE_WORDS[row.type] ?? row.type },
  {
    key: "rotation",
    header: "Period",
    from: "2xl",
    cell: (row) => rotationInWords(row.rotationPeriodDays),
  },
  {
    key: "rotated",
    header: "Rotate by",
    from: "lg",
    align: "end",
    cell: (row) => (row.valueEndsAt === null ? "—" : <Moment at={row.valueEndsAt} />),
  },
  {
    key: "read",
    header: "Last read",
    from: "xl",
    align: "end",
    cell: (row) => (row.lastReadAt === null ? "never" : <Moment at={row.lastReadAt} />),
  },
];

export function SecretsTable({
  rows,
  open = null,
  hidden = [],
  href,
  label = "Secrets",
}: {
  rows: readonly SecretRow[];
  open?: string | null;
  hidden?: readonly string[];
  href: (row: SecretRow) => string;
  label?: string;
}) {
  return (
    <DataTable
      label={label}
      rows={rows}
      columns={SECRET_COLUMNS}
      id={(row) => row.secret}
      href={href}
      open={open}
      hidden={hidden}
    />
  );
}
