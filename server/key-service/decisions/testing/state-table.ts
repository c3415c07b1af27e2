/** Cells of a table states × commands, as rows for `it.each`. */
export function cellsOf<S extends string, C extends string>(table: Record<S, Record<C, string>>) {
  const states = Object.keys(table) as S[]; // keys of a literal object, as are those of its rows
  return states.flatMap((state) =>
    (Object.keys(table[state]) as C[]).map((command) => ({
      state,
      command,
      expected: table[state][command],
    })),
  );
}
