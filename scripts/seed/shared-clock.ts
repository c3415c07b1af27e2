import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** How the processes are, as far as their clocks go. */
export type Bearings = {
  /** Witnesses have answered just now, for all that was recorded: no time is on its way from one process to another. */
  readonly isAtRest: () => Promise<boolean>;
  /** The key service finds its own time and the witnesses' alike. */
  readonly agrees: () => Promise<boolean>;
};

const LOOK_EVERY_MS = 5;
const PATIENCE_MS = 10_000;

/** The clock of every process that was started with `shifted-clock.mjs`, moved forward together. */
export class SharedClock {
  readonly #sockets: readonly string[];
  readonly #bearings: Bearings;
  #shiftMs: number;

  /** @param shiftMs that the processes were started with */
  constructor(sockets: readonly string[], shiftMs: number, bearings: Bearings) {
    this.#sockets = sockets;
    this.#shiftMs = shiftMs;
    this.#bearings = bearings;
  }

  /** POSIX milliseconds. */
  now(): number {
    return Date.now() + this.#shiftMs;
  }

  /** Resolves when everybody lives in the new time; a time that has passed changes nothing. */
  async moveTo(milliseconds: number): Promise<void> {
    if (milliseconds <= this.now()) return;
    await this.settle();
    this.#shiftMs = milliseconds - Date.now();
    await this.#tell(String(this.#shiftMs));
    await this.#until(this.#bearings.agrees, "the clocks did not agree");
  }

  /** Resolves when witnesses have spoken in the time that it is now: without that nothing is handed out. */
  settle(): Promise<void> {
    return this.#until(this.#bearings.isAtRest, "the witness did not answer");
  }

  /** Has witnesses asked, until what they say is what should be. */
  async #until(isSo: () => Promise<boolean>, otherwise: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!(await isSo())) {
      if (performance.now() > end) throw new Error(`${otherwise} within ${PATIENCE_MS} ms`);
      await this.#tell(`${this.#shiftMs} heartbeat`);
      await delay(LOOK_EVERY_MS);
    }
  }

  async #tell(line: string): Promise<void> {
    await Promise.all(this.#sockets.map((it) => send(it, line)));
  }
}

function send(socket: string, text: string): Promise<void> {
  return new Promise((done, fail) => {
    const line = connect(socket, () => line.write(`${text}\n`));
    line.once("error", fail).once("data", () => {
      line.end();
      done();
    });
  });
}
