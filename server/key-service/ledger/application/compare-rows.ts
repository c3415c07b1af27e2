import { type AnyRow, keyOf, rowId } from "../projection/domain/change.ts";
import { comparable } from "../projection/domain/comparable.ts";
import type { RowBook } from "../projection/domain/row-book.ts";
import { shapeOf, type TableName } from "../projection/domain/tables.ts";
import type { Findings } from "./check-report.ts";
import type { DatabaseSnapshot, TextRow } from "./checked-database.ts";
import { withTexts } from "./open-texts.ts";
import { Turns } from "./turns.ts";

/** A row of a projection that differs: to be written as expected, or taken away. */
export type Affected = { readonly table: TableName; readonly id: string; readonly key: AnyRow };

export type Comparison = {
  readonly snapshot: DatabaseSnapshot;
  readonly findings: Findings;
  readonly onDiffers: (affected: Affected) => void;
};

const PAGE_ROWS = 500;

/** Every row of a table against what a book has of it. The book holds the table whole, the rows go by in pages. */
export async function compareTable(
  comparison: Comparison,
  table: TableName,
  book: RowBook,
): Promise<void> {
  const unseen = new Set(book.rows(table).keys());
  for await (const page of pagesOf(comparison.snapshot.rows(table))) {
    const seen = await comparePage(comparison, table, page, (id) => book.whole(table, id));
    for (const id of seen) unseen.delete(id);
  }
  for (const id of unseen) missing(comparison, table, id, book.whole(table, id) ?? {});
}

/** Names every column that differs, and rows that nothing expects. @returns ids of those that something does */
export async function comparePage(
  { snapshot, findings, onDiffers }: Comparison,
  table: TableName,
  page: readonly TextRow[],
  expectedOf: (id: string) => AnyRow | undefined,
): Promise<string[]> {
  const named = `projection.${table}`;
  const turns = new Turns();
  const ids: string[] = [];
  const known: { row: TextRow; expected: AnyRow }[] = [];
  for (const row of page) {
    findings.rowsCompared += 1;
    const id = idOf(table, row);
    const expected = expectedOf(id);
    if (expected === undefined) {
      const key = keyOf(table, row);
      findings.add(named, key, "unknown-row", null, true);
      onDiffers({ table, id, key });
      continue;
    }
    ids.push(id);
    known.push({ row, expected });
  }
  const whole = await withTexts(
    table,
    known.map((it) => it.expected),
    snapshot.openingSource,
  );
  for (const [at, { row }] of known.entries()) {
    await turns.pass();
    const columns = differing(table, whole[at] ?? {}, row);
    if (columns.length === 0) continue;
    const key = keyOf(table, row);
    for (const column of columns) findings.add(named, key, "changed", column, true);
    onDiffers({ table, id: ids[at] ?? "", key });
  }
  return ids;
}

export function missing(
  { findings, onDiffers }: Comparison,
  table: TableName,
  id: string,
  expected: AnyRow,
): void {
  const key = keyOf(table, expected);
  findings.add(`projection.${table}`, key, "missing", null, true);
  onDiffers({ table, id, key });
}

export async function* pagesOf(rows: AsyncIterable<TextRow>): AsyncGenerator<TextRow[]> {
  let page: TextRow[] = [];
  for await (const row of rows) {
    page.push(row);
    if (page.length < PAGE_ROWS) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function differing(table: TableName, expected: AnyRow, row: TextRow): string[] {
  const { columns, opened } = shapeOf(table);
  const changed = Object.entries(columns)
    .filter(([column, kind]) => comparable(kind, expected[column]) !== row[column])
    .map(([column]) => column);
  return [...changed, ...Object.keys(opened).filter((it) => expected[it] !== row[it])];
}

/** The id of a row as a book has it; keys hold texts and numbers only. */
function idOf(table: TableName, row: TextRow): string {
  const { key, columns } = shapeOf(table);
  const typed = key.map((name) => [name, columns[name] === "text" ? row[name] : Number(row[name])]);
  return rowId(table, Object.fromEntries(typed));
}
