import { cellsOf, wrap } from "@countersign/protocol/text-wrap";
import type { Line, Style } from "./channel.ts";
import { styled } from "./channel.ts";
import { clean, padTo } from "./clean.ts";

export type Cell = { readonly text: string; readonly style?: Style };
export type Column<Row> = {
  readonly title: string;
  readonly cell: (row: Row) => Cell;
  /** The first to go where the terminal is narrow: highest number first; 0 always stays. */
  readonly priority: number;
};

const GAP = "  ";
const NARROWEST_FIRST = 24;

/**
 * A table that fits the width: columns of low worth go first, then the first column wraps at slashes.
 * Below 48 columns each row becomes a small card instead.
 */
export function tableLines<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number,
  /** What the first column keeps before others stay: half of the width for names, less for prose. */
  firstKeeps: number = Math.floor(width / 2),
): Line[] {
  if (width < 48) return rows.flatMap((row) => cardOf(row, columns, width));
  const cells = rows.map((row) => columns.map((column) => cleanCell(column.cell(row))));
  const widths = columns.map((column, at) =>
    Math.max(cellsOf(column.title), ...cells.map((row) => cellsOf(row[at]?.text ?? ""))),
  );
  const shown = chooseColumns(columns, widths, { room: width, firstKeeps });
  const first = shown[0] ?? 0;
  const others = shown.slice(1).reduce((sum, at) => sum + (widths[at] ?? 0) + GAP.length, 0);
  widths[first] = Math.min(widths[first] ?? 0, Math.max(NARROWEST_FIRST, width - others));
  const header: Line = join(
    shown.map((at) =>
      styledCell({ text: columns[at]?.title ?? "", style: "quiet" }, widths[at] ?? 0),
    ),
  );
  return [header, ...cells.flatMap((row) => rowLines(row, shown, widths))];
}

type Painted = { readonly pieces: Line };

function chooseColumns<Row>(
  columns: readonly Column<Row>[],
  widths: readonly number[],
  { room, firstKeeps }: { room: number; firstKeeps: number },
): number[] {
  let shown = columns.map((_, at) => at);
  const needed = () =>
    shown.reduce((sum, at, place) => {
      const own = widths[at] ?? 0;
      return (
        sum +
        (place === 0 ? Math.min(own, Math.max(NARROWEST_FIRST, firstKeeps)) : own + GAP.length)
      );
    }, 0);
  while (needed() > room) {
    const least = shown.reduce(
      (worst, at) => ((columns[at]?.priority ?? 0) > (columns[worst]?.priority ?? 0) ? at : worst),
      shown[0] ?? 0,
    );
    if ((columns[least]?.priority ?? 0) === 0) break;
    shown = shown.filter((at) => at !== least);
  }
  return shown;
}

function rowLines(
  row: readonly Cell[],
  shown: readonly number[],
  widths: readonly number[],
): Line[] {
  const [first = 0, ...rest] = shown;
  const names = wrap(row[first]?.text ?? "", widths[first] ?? 24);
  return names.map((name, at) => {
    const head = styledCell({ ...row[first], text: name }, widths[first] ?? 0);
    return at === 0
      ? join([
          head,
          ...rest.map((column) => styledCell(row[column] ?? { text: "" }, widths[column] ?? 0)),
        ])
      : trimEnd(head.pieces);
  });
}

function styledCell(cell: Cell, width: number): Painted {
  const text = padTo(cell.text, width);
  return { pieces: [cell.style === undefined ? text : styled(cell.style, text)] };
}

function join(cells: readonly Painted[]): Line {
  return trimEnd(cells.flatMap((cell, at) => (at === 0 ? cell.pieces : [GAP, ...cell.pieces])));
}

function trimEnd(line: Line): Line {
  const kept = [...line];
  for (let last = kept.at(-1); last !== undefined; last = kept.at(-1)) {
    const text = (typeof last === "string" ? last : last.text).trimEnd();
    kept.pop();
    if (text === "") continue;
    kept.push(typeof last === "string" ? text : { ...last, text });
    break;
  }
  return kept;
}

function cardOf<Row>(row: Row, columns: readonly Column<Row>[], width: number): Line[] {
  return [
    ...columns.flatMap((column, at): Line[] => {
      const cell = cleanCell(column.cell(row));
      if (cell.text === "") return [];
      const label = at === 0 ? "" : `  ${column.title.toLowerCase()} `;
      return wrap(cell.text, width - cellsOf(label)).map(
        (text, line): Line => [
          line === 0 ? styled("quiet", label) : " ".repeat(cellsOf(label)),
          cell.style === undefined ? text : styled(cell.style, text),
        ],
      );
    }),
    [],
  ];
}

function cleanCell(cell: Cell): Cell {
  return { ...cell, text: clean(cell.text) };
}
