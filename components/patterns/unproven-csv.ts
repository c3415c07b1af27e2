/** One column of a copy: its title, and what it says of a row. */
export type CsvColumn<Row> = readonly [
  title: string,
  cell: (row: Row) => string | number | null | undefined,
];

/**
 * A table as a file (RFC 4180): the mark as the first line, then the titles, one row a line. The mark says what the
 * file is, because somebody may find it years from now, without the page. People write some of what stands in it, so
 * what a spreadsheet would run is defused.
 */
export function unprovenCsv<Row>(
  mark: string,
  columns: readonly CsvColumn<Row>[],
  rows: readonly Row[],
): string {
  const lines = [
    [mark],
    columns.map(([title]) => title),
    ...rows.map((row) => columns.map(([, cell]) => cell(row))),
  ];
  return lines.map((cells) => `${cells.map(written).join(",")}\r\n`).join("");
}

function written(of: string | number | null | undefined): string {
  const text = String(of ?? "");
  const defused = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(defused) ? `"${defused.replaceAll('"', '""')}"` : defused;
}
