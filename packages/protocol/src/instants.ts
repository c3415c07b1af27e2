import { z } from "zod";

/** UTC to the second, `2026-03-01T08:00:00Z`: one spelling, sorts as text, people can read it. */
export const instant = z
  .string()
  .regex(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, "a time is written 2026-03-01T08:00:00Z")
  .refine(
    (text) => !Number.isNaN(Date.parse(text)) && toInstantText(Date.parse(text)) === text,
    "no such time",
  )
  .brand<"Instant">();
export type Instant = z.infer<typeof instant>;

function toInstantText(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** Rounds down to the second. @throws outside the years 2000 to 2099. */
export function toInstant(milliseconds: number): Instant {
  return instant.parse(toInstantText(milliseconds));
}

/** UTC milliseconds since 1970. */
export function toMilliseconds(at: Instant): number {
  return Date.parse(at);
}

export function addSeconds(at: Instant, seconds: number): Instant {
  return toInstant(toMilliseconds(at) + seconds * 1000);
}

/** Negative when `to` lies before `from`. */
export function secondsBetween(from: Instant, to: Instant): number {
  return (toMilliseconds(to) - toMilliseconds(from)) / 1000;
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

/** `1 hour`, `2 days 4 hours`: the two largest units that are not zero. */
export function durationInWords(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.max(0, Math.floor(seconds));
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 && parts.length < 2) parts.push(`${count} ${unit}${count === 1 ? "" : "s"}`);
    else if (parts.length === 1) break;
  }
  return parts.length > 0 ? parts.join(" ") : "0 seconds";
}
