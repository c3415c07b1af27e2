import { cx } from "../../ui/class-names.ts";

/** The numbers behind a chart. Every chart has one: to read exactly, to copy, to hear. */
export function ChartTable({
  label,
  heads,
  rows,
}: {
  label: string;
  /** The first is of what the rows are. */
  heads: readonly string[];
  rows: readonly { readonly name: string; readonly cells: readonly (string | number)[] }[];
}) {
  return (
    <details className="mt-1 text-sm">
      <summary className="w-fit text-blue">As a table</summary>
      <div className="overflow-x-auto">
        <table aria-label={label} className="mt-1 w-full text-left">
          <thead>
            <tr>
              {heads.map((word, at) => (
                <th
                  key={word}
                  scope="col"
                  className={cx("py-1 font-medium text-quiet", at > 0 && "pl-3 text-right")}
                >
                  {word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, cells }) => (
              <tr key={name} className="border-t border-line">
                <th scope="row" className="py-1 font-normal">
                  {name}
                </th>
                {cells.map((cell, at) => (
                  <td key={heads[at + 1]} className="py-1 pl-3 text-right">
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
