const MOST_FRAMES = 6;

/**
 * What a log may say of an exception that nobody foresaw: its kind, a system's or database's code, and places in our
 * code. Never its message, which may quote what it choked on: a value, a token, a query [LEAK-2, lesson L12].
 */
export function placeOfFault(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const stack = error.stack ?? "";
  // A message may span lines and look like a place: what follows it is looked at, and nothing before.
  const after = error.message === "" ? 0 : stack.indexOf(error.message) + error.message.length;
  const places = stack
    .slice(after)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at "));
  const known = /^[A-Za-z0-9_]{1,40}$/;
  return [error.name, code]
    .filter((it) => known.test(it))
    .concat(places.slice(0, MOST_FRAMES))
    .join(" ");
}
