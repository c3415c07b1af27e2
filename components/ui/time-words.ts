const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

/** `3 minutes ago`, `in 2 hours`, `just now`: the largest unit only, rounded down, for reading at a glance. */
export function relativeInWords(atMs: number, nowMs: number): string {
  const seconds = Math.round((atMs - nowMs) / 1000);
  const far = Math.abs(seconds);
  const unit = UNITS.find(([, size]) => far >= size);
  if (unit === undefined) return seconds <= 0 ? "just now" : "in less than a minute";
  const count = Math.floor(far / unit[1]);
  const words = `${count} ${unit[0]}${count === 1 ? "" : "s"}`;
  return seconds < 0 ? `${words} ago` : `in ${words}`;
}

/** `2026-03-01 08:00 UTC`, with seconds where they are not zero. @throws RangeError on what is no time. */
export function utcInWords(atMs: number): string {
  const text = new Date(atMs).toISOString();
  const time = text.slice(17, 19) === "00" ? text.slice(11, 16) : text.slice(11, 19);
  return `${text.slice(0, 10)} ${time} UTC`;
}

/** `2 hours`: a length of time in its largest unit, rounded down; for figures, never for a limit. */
export function durationInWords(seconds: number): string {
  const unit = UNITS.find(([, size]) => seconds >= size);
  if (unit === undefined) return "a minute";
  return counted(Math.floor(seconds / unit[1]), unit[0]);
}

/** `every 90 days`, `1 day`: a whole number of something. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** `Priya, Cass or Sam`. */
export function joinInWords(items: readonly string[], word: "and" | "or"): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} ${word} ${last}`;
}
