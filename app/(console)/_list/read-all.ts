export type Page<Row> = { readonly rows: readonly Row[]; readonly next: string | null };

/**
 * Every row of a list, page after page, `most` at most.
 * @param read one page; null is the first
 * @param isWanted asked before each page; false leaves off
 * @returns null when it was left off; `isCut` when there are more rows than were read
 */
export async function readAll<Row>(
  read: (cursor: string | null) => Promise<Page<Row>>,
  { most, isWanted }: { readonly most: number; readonly isWanted: () => boolean },
): Promise<{ rows: Row[]; isCut: boolean } | null> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    if (!isWanted()) return null;
    const page: Page<Row> = await read(cursor);
    rows.push(...page.rows);
    cursor = page.next;
  } while (cursor !== null && rows.length < most);
  return { rows: rows.slice(0, most), isCut: cursor !== null || rows.length > most };
}
