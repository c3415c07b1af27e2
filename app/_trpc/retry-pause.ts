const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/**
 * How long to wait before the next try, in milliseconds: twice as long each time, up to a minute, and never at the same
 * moment as everybody else.
 *
 * @param failures how many tries in a row came to nothing; at least 1
 * @param dice from 0 to 1
 */
export function retryPauseMs(failures: number, dice: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return longest * (0.5 + dice / 2);
}
