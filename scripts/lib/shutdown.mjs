/**
 * Ctrl-C (SIGINT), SIGTERM and a closed terminal (SIGHUP) stop in order; a second one forces.
 *
 * @param {{ stop: () => Promise<void>, force: () => void }} actions
 * @returns {{ requested: () => boolean }}
 */
export function untilStopped({ stop, force }) {
  let requested = false;
  const onSignal = async (/** @type {NodeJS.Signals} */ signal) => {
    if (requested) {
      force();
      process.exit(130);
    }
    requested = true;
    await stop();
    process.exit(signal === "SIGINT" ? 130 : 0);
  };
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, onSignal);
  }
  return { requested: () => requested };
}
