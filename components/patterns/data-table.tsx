"use client";
import type { ReactNode } from "react";
import { cx } from "../ui/class-names.ts";
import { Link } from "./link.tsx";
import { ROW_LINK } from "./use-list-keys.ts";

export type Column<Row> = {
  readonly key: string;
  readonly header: string;
  /** The first column's cell is the row's link; what it shows names the row. */
  readonly cell: (row: Row) => ReactNode;
  /** The column is left out where the table (not the window) is narrower than this. */
  readonly from?: keyof typeof FROM;
  readonly align?: "end";
};

/** The columns of one list: the first names the row and cannot be taken away. */
export type Columns<Row> = readonly [Column<Row>, ...Column<Row>[]];

/** Widths of the table itself: beside an inspector it is narrow on any screen. */
const FROM = {
  sm: "@max-lg:hidden",
  md: "@max-2xl:hidden",
  lg: "@max-4xl:hidden",
  xl: "@max-6xl:hidden",
  "2xl": "@max-[84rem]:hidden",
} as const;

/** Where a column is left out, and to which side it stands. */
export function columnStyle(column: Pick<Column<never>, "from" | "align">): string {
  return cx(column.from && FROM[column.from], column.align === "end" && "text-right");
}

/** What a reader may take away: all columns but the first. */
export function choosable<Row>([, ...others]: Columns<Row>): readonly Titled[] {
  return others.map(({ key, header }) => ({ key, header }));
}
export type Titled = { readonly key: string; readonly header: string };

/**
 * Rows as a ledger has them: ruled, aligned, one link each that covers the row. `detail` is the second line
 * of the first cell.
 */
export function DataTable<Row>({
  label,
  rows,
  columns,
  id,
  href,
  open,
  detail,
  hidden = [],
}: {
  label: string;
  rows: readonly Row[];
  columns: Columns<Row>;
  id: (row: Row) => string;
  href: (row: Row) => string;
  /** Id of the row that is open beside the list. */
  open?: string | null;
  detail?: (row: Row) => ReactNode;
  /** Keys of columns that the reader took away. */
  hidden?: readonly string[];
}) {
  const [first, ...others] = columns;
  const shown = others.filter((column) => !hidden.includes(column.key));
  return (
    <div className="@container">
      <table aria-label={label} className="w-full border-separate border-spacing-0 text-sm">
        <thead>
          <tr>
            {[first, ...shown].map((column) => (
              <th
                key={column.key}
                scope="col"
                className={cx(
                  "sticky top-14 z-10 border-b border-edge bg-paper px-2 py-2 text-left align-bottom text-xs font-medium whitespace-nowrap text-quiet first:pl-3 last:pr-1",
                  columnStyle(column),
                )}
              >
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const rowId = id(row);
            const isOpen = open === rowId;
            return (
              <tr
                key={rowId}
                className={cx("group relative", isOpen ? "bg-blue-wash" : "hover:bg-wash")}
              >
                <th
                  scope="row"
                  className={cx(
                    "w-full border-b border-line px-2 py-(--row-y) text-left align-top font-normal first:pl-1",
                    isOpen && "shadow-[inset_3px_0_0_var(--blue)]",
                  )}
                >
                  <Link
                    {...{ [ROW_LINK]: rowId }}
                    href={href(row)}
                    scroll={false}
                    aria-current={isOpen ? "true" : undefined}
                    className="block pl-2 text-base font-medium text-ink no-underline after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-blue"
                  >
                    {first.cell(row)}
                  </Link>
                  {detail !== undefined && <div className="pl-2 text-quiet">{detail(row)}</div>}
                </th>
                {shown.map((column) => (
                  <td
                    key={column.key}
                    className={cx(
                      "whitespace-nowrap border-b border-line px-2 py-(--row-y) align-top last:pr-1",
                      columnStyle(column),
                    )}
                  >
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
