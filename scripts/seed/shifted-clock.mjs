// Loaded before a process of a development installation with `node --import`: its clocks then show another time,
// which whoever holds the socket moves forward. Part of no bundle and of no production start.
import { createServer } from "node:net";

/** What looks this often or oftener is done at once when time leaps. */
const LOOKS_EVERY_MS = 1000;
const HEARTBEAT_MS = 30_000;

const { SHIFTED_CLOCK_MS = "0", SHIFTED_CLOCK_SOCKET } = process.env;
delete process.env.SHIFTED_CLOCK_MS;
delete process.env.SHIFTED_CLOCK_SOCKET;

const first = Number(SHIFTED_CLOCK_MS);
let shift = first;
const trueDate = Date;
const trueMonotonic = performance.now.bind(performance);
const now = () => trueDate.now() + shift;

globalThis.Date = new Proxy(trueDate, {
  apply: () => new trueDate(now()).toString(),
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
});
Object.defineProperty(performance, "now", { value: () => trueMonotonic() + shift - first });

/** @type {Map<NodeJS.Timeout, { everyMs: number, look: () => void }>} */
const looking = new Map();
const { setInterval: trueSetInterval, clearInterval: trueClearInterval } = globalThis;

/**
 * @param {(...given: unknown[]) => void} look
 * @param {number} everyMs
 * @param {...unknown} given
 */
function watchedInterval(look, everyMs, ...given) {
  const timer = trueSetInterval(look, everyMs, ...given);
  looking.set(timer, { everyMs, look: () => look(...given) });
  return timer;
}
globalThis.setInterval = /** @type {typeof setInterval} */ (
  /** @type {unknown} */ (Object.assign(watchedInterval, trueSetInterval))
);
globalThis.clearInterval = (timer) => {
  looking.delete(/** @type {NodeJS.Timeout} */ (timer));
  trueClearInterval(timer);
};

/**
 * A line holds the new shift in milliseconds, and `heartbeat` where what looks every half minute should look too;
 * `ok` answers when everything here lives in the new time.
 */
const server = createServer((caller) => {
  caller.setEncoding("utf8").on("data", (line) => {
    const [milliseconds, heartbeat] = String(line).trim().split(" ");
    shift = Number(milliseconds);
    const atMost = heartbeat === undefined ? LOOKS_EVERY_MS : HEARTBEAT_MS;
    for (const { everyMs, look } of looking.values()) if (everyMs <= atMost) look();
    setTimeout(() => caller.write("ok\n"), 5);
  });
  caller.on("error", () => caller.destroy());
});
server.listen(SHIFTED_CLOCK_SOCKET).unref();
