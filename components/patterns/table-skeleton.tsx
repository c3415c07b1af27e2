import { cx } from "../ui/class-names.ts";
import { Skeleton } from "../ui/skeleton.tsx";
import { type Columns, columnStyle } from "./data-table.tsx";

const WIDTHS = ["w-2/3", "w-1/2", "w-3/4", "w-2/5", "w-3/5"] as const;

/** A table of the same columns while its rows are read: the header stands already, and nothing moves later. */
export function TableSkeleton<Row>({
  label,
  columns,
  hidden = [],
  rows = 12,
  twoLines = false,
}: {
  /** What is going on, said once to those who listen. */
  label: string;
  columns: Columns<Row>;
  hidden?: readonly string[];
  rows?: number;
  /** Each row has a second line. */
  twoLines?: boolean;
}) {
  const [first, ...others] = columns;
  const shown = others.filter((column) => !hidden.includes(column.key));
  return (
    <div role="status" aria-label={label} className="@container">
      <table aria-hidden="true" className="w-full border-separate border-spacing-0 text-sm">
        <thead>
          <tr>
            {[first, ...shown].map((column) => (
              <td
                key={column.key}
                className={cx(
                  "border-b border-edge px-2 py-2 text-xs font-medium whitespace-nowrap text-quiet first:pl-3 last:pr-1",
                  columnStyle(column),
                )}
              >
                {column.header}
              </td>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: rows }, (_, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move
            <tr key={row}>
              <td className="w-full border-b border-line px-2 py-(--row-y) first:pl-1">
                <Skeleton className={cx("ml-2 h-4", WIDTHS[row % WIDTHS.length])} />
                {twoLines && <Skeleton className="mt-1.5 ml-2 h-4 w-2/5" />}
              </td>
              {shown.map((column) => (
                <td
                  key={column.key}
                  className={cx(
                    "border-b border-line px-2 py-(--row-y) align-top last:pr-1",
                    columnStyle(column),
                  )}
                >
                  <Skeleton className="h-4 w-18" />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
