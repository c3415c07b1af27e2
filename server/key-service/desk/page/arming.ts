/** How long a page must be looked at before it can sign. */
export const ARMING_MS = 500;

/**
 * Guards a button against a click that was meant for something else: it acts only after the page was
 * visible and had the focus for half a second without a break. Losing either starts the half second again
 * (decision 0009: a page that is brought forward under a double click signs nothing).
 *
 * `onChange` is told each time it becomes armed or disarmed. Returns what ends the watch.
 */
export function watchArming(onChange: (armed: boolean) => void): {
  isArmed: () => boolean;
  stop: () => void;
} {
  let armed = false;
  let timer: number | undefined;
  const isWatched = () => document.visibilityState === "visible" && document.hasFocus();

  const set = (next: boolean) => {
    if (armed === next) return;
    armed = next;
    onChange(armed);
  };
  const restart = () => {
    clearTimeout(timer);
    set(false);
    if (isWatched()) timer = window.setTimeout(() => set(isWatched()), ARMING_MS);
  };

  const events = [
    [window, "focus"],
    [window, "blur"],
    [window, "pageshow"],
    [document, "visibilitychange"],
  ] as const;
  for (const [target, event] of events) target.addEventListener(event, restart);
  restart();
  return {
    // Asked again at the moment of the click: an event may still be on its way.
    isArmed: () => armed && isWatched(),
    stop: () => {
      clearTimeout(timer);
      for (const [target, event] of events) target.removeEventListener(event, restart);
    },
  };
}
