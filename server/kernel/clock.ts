/**
 * Time is passed in, never read, wherever a rule is decided.
 *
 * `wall` is UTC milliseconds since 1970 and may jump. `monotonic` is milliseconds since an
 * arbitrary start, never goes back and does not follow corrections of the wall clock; comparing
 * the two detects a jump.
 */
export interface Clock {
  wall(): number;
  monotonic(): number;
}

export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
};
