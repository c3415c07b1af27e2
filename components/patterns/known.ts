/** Of words from an address, those that a table knows; anybody can write anything into an address. */
export function known<K extends string>(
  words: readonly string[],
  table: Readonly<Record<K, unknown>>,
): K[] | undefined {
  const isKnown = (word: string): word is K => Object.hasOwn(table, word);
  const found = words.filter(isKnown);
  return found.length === 0 ? undefined : found;
}

/** A count beside each choice, from what the server counted. */
export function countOf(
  facet: readonly { readonly value: string; readonly count: number }[] | undefined,
  value: string,
): number | undefined {
  return facet?.find((it) => it.value === value)?.count ?? (facet === undefined ? undefined : 0);
}
