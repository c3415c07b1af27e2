const LATELY_MS = 60_000;
const DEEDS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

let lastDeedAt = Number.NEGATIVE_INFINITY;

/** Notes when somebody touches the page. Returns how to stop. */
export function watchActivity(): () => void {
  const note = () => {
    lastDeedAt = performance.now();
  };
  for (const deed of DEEDS) window.addEventListener(deed, note, { passive: true });
  note();
  return () => {
    for (const deed of DEEDS) window.removeEventListener(deed, note);
  };
}

export function wasActiveLately(): boolean {
  return performance.now() - lastDeedAt < LATELY_MS;
}
