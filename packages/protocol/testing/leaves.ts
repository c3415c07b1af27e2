/* Walking and changing JSON-like values in tests that try every field. */

export type Path = readonly (string | number)[];
export type Leaf = { readonly path: Path; readonly value: unknown };

/** Every member that is not an object or an array with something in it, with the way to it. */
export function leavesOf(value: unknown, path: Path = []): Leaf[] {
  if (typeof value === "object" && value !== null) {
    const members: [string | number, unknown][] = Array.isArray(value)
      ? value.map((member, i) => [i, member])
      : Object.entries(value);
    if (members.length > 0) {
      return members.flatMap(([name, member]) => leavesOf(member, [...path, name]));
    }
  }
  return [{ path, value }];
}

/** Every object, with the way to it. */
export function objectsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [];
  const members: [string | number, unknown][] = Array.isArray(value)
    ? value.map((member, i) => [i, member])
    : Object.entries(value);
  const below = members.flatMap(([name, member]) => objectsOf(member, [...path, name]));
  return Array.isArray(value) ? below : [path, ...below];
}

/** A copy in which the member at `path` is what `change` makes of it; `undefined` leaves it out. */
export function changeAt(
  value: unknown,
  path: Path,
  change: (member: unknown) => unknown,
): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return change(value);
  if (Array.isArray(value)) {
    return value.map((member, i) => (i === first ? changeAt(member, rest, change) : member));
  }
  if (typeof value !== "object" || value === null) throw new TypeError("the path leads nowhere");
  const changed = Object.entries(value).map(([name, member]) =>
    name === String(first) ? [name, changeAt(member, rest, change)] : [name, member],
  );
  if (!Object.hasOwn(value, first))
    changed.push([String(first), changeAt(undefined, rest, change)]);
  return Object.fromEntries(changed.filter(([, member]) => member !== undefined));
}

/** `body.secrets.*.policy`: a path with positions in lists left out. */
export function fieldOf(path: Path): string {
  return path.map((step) => (typeof step === "number" ? "*" : step)).join(".");
}
