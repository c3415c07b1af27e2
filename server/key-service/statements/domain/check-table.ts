/**
 * Checks as a table: a name, and a predicate that says whether the subject passes. The order of the rows
 * is the order in which they are judged. A row for every name of the union, or it does not compile.
 */
export type CheckTable<Check extends string, Subject> = Readonly<
  Record<Check, (subject: Subject) => boolean | Promise<boolean>>
>;

/** Name of the first row that the subject fails, or null where it passes all of them. */
export async function firstFailed<Check extends string, Subject>(
  table: CheckTable<Check, Subject>,
  subject: Subject,
): Promise<Check | null> {
  for (const name in table) {
    if (!(await table[name](subject))) return name;
  }
  return null;
}
