const SHORTEST_SECONDS = 60;
const LONGEST_SECONDS = 86_400;

/**
 * How high a length of time stands on a ladder from a minute (0) to a day (1), by its logarithm: an hour stands where
 * an hour belongs beside a week. Shorter and longer times stand at the ends.
 */
export function durationHeight(seconds: number): number {
  const held = Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, seconds));
  return Math.log(held / SHORTEST_SECONDS) / Math.log(LONGEST_SECONDS / SHORTEST_SECONDS);
}
