import * as z from "zod";

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

/** Rounds down to the second. @throws ZodError outside the years 2000 to 2099, RangeError on what is no time at all. */
export function toInstant(milliseconds: number): Instant {
  return instant.parse(toInstantText(milliseconds));
}

/** UTC milliseconds since 1970. */
export function toMilliseconds(at: Instant): number {
  return Date.parse(at);
}

/** @throws as `toInstant`, when the sum leaves the years 2000 to 2099. */
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

/**
 * `1 hour`, `2 days 4 hours`: the two largest units that are not zero, rounded down. For ages and other
 * reading at a glance; what is signed is written with `exactDurationInWords`.
 */
export function durationInWords(seconds: number): string {
  return inUnits(seconds, 2);
}

/** `1 day 1 minute`: every unit that is not zero, so that a length of time is never understated. */
export function exactDurationInWords(seconds: number): string {
  return inUnits(seconds, UNITS.length);
}

function inUnits(seconds: number, maxUnits: number): string {
  const parts: string[] = [];
  let rest = Math.max(0, Math.floor(seconds));
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 && parts.length < maxUnits)
      parts.push(`${count} ${unit}${count === 1 ? "" : "s"}`);
  }
  return parts.length > 0 ? parts.join(" ") : "0 seconds";
}

/** `2026-03-01 08:00 UTC`, with seconds where they are not zero: the same moment, for reading in a sentence. */
export function instantInWords(at: Instant): string {
  const time = at.endsWith(":00Z") ? at.slice(11, 16) : at.slice(11, 19);
  return `${at.slice(0, 10)} ${time} UTC`;
}
