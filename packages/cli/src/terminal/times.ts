import {
  durationInWords,
  type Instant,
  secondsBetween,
  toInstant,
} from "@countersign/protocol/instants";

/** `3 days ago`, `in 20 minutes`, `just now`: the largest unit only. */
export function relativeTime(at: Instant, nowMs: number): string {
  const seconds = secondsBetween(toInstant(nowMs), at);
  if (Math.abs(seconds) < 5) return "just now";
  const words = largestUnit(Math.abs(seconds));
  return seconds > 0 ? `in ${words}` : `${words} ago`;
}

function largestUnit(seconds: number): string {
  const unit = seconds >= 86_400 ? 86_400 : seconds >= 3600 ? 3600 : seconds >= 60 ? 60 : 1;
  return durationInWords(Math.floor(seconds / unit) * unit);
}

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `90s`, `30m`, `1h`, `2h30m`, `1d` in seconds. Null for anything else. */
export function parseDuration(text: string): number | null {
  if (!/^(?:\d{1,5}[smhd])+$/.test(text)) return null;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d{1,5})([smhd])/g)) {
    seconds += Number(count) * UNITS[unit as keyof typeof UNITS]; // the pattern has just matched one of them
  }
  return seconds;
}
