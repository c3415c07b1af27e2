/** How long a page must be looked at before it can sign. */
export const ARMING_MS = 500;

const LOOK_EVERY_MS = 100;

/**
 * Guards a button against a click that was meant for something else: it acts only after the page was
 * visible and had the focus for half a second without a break. Losing either starts the half second again
 * (decision 0009: a page that is brought forward under a double click signs nothing).
 *
 * Looks ten times a second, since focus can come and go without an event; events only make a loss count at
 * once. `onChange` is told each time it becomes armed or disarmed.
 */
export function watchArming(onChange: (armed: boolean) => void): {
  isArmed: () => boolean;
  stop: () => void;
} {
  let armed = false;
  /** On the page's monotonic clock; null while nobody looks. */
  let watchedSince: number | null = null;
  const isWatched = () => document.visibilityState === "visible" && document.hasFocus();

  const look = () => {
    if (!isWatched()) watchedSince = null;
    else watchedSince ??= performance.now();
    const next = watchedSince !== null && performance.now() - watchedSince >= ARMING_MS;
    if (next === armed) return;
    armed = next;
    onChange(armed);
  };
  const startAgain = () => {
    watchedSince = null;
    look();
  };

  const events = [
    [window, "blur"],
    [window, "pageshow"],
    [document, "visibilitychange"],
  ] as const;
  for (const [target, event] of events) target.addEventListener(event, startAgain);
  const timer = window.setInterval(look, LOOK_EVERY_MS);
  look();
  return {
    // Asked again at the moment of the click: a look may be a tenth of a second old.
    isArmed: () => armed && isWatched(),
    stop: () => {
      clearInterval(timer);
      for (const [target, event] of events) target.removeEventListener(event, startAgain);
    },
  };
}
