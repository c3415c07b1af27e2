import { connect } from "node:net";
import type { Instant } from "@countersign/protocol/instants";
import { toInstant } from "@countersign/protocol/instants";

/** The clock of every process that was started with `shifted-clock.mjs`, moved forward together. */
export class SharedClock {
  readonly #sockets: readonly string[];
  #shiftMs: number;

  /** @param shiftMs that the processes were started with */
  constructor(sockets: readonly string[], shiftMs: number) {
    this.#sockets = sockets;
    this.#shiftMs = shiftMs;
  }

  /** POSIX milliseconds. */
  now(): number {
    return Date.now() + this.#shiftMs;
  }

  instant(afterMs = 0): Instant {
    return toInstant(this.now() + afterMs);
  }

  /** Resolves when everybody lives in the new time; a time that has passed changes nothing. */
  async moveTo(milliseconds: number): Promise<void> {
    const shift = milliseconds - Date.now();
    if (shift <= this.#shiftMs) return;
    this.#shiftMs = shift;
    await Promise.all(this.#sockets.map((it) => tell(it, shift)));
  }
}

function tell(socket: string, shiftMs: number): Promise<void> {
  return new Promise((done, fail) => {
    const line = connect(socket, () => line.write(`${shiftMs}\n`));
    line.once("error", fail).once("data", () => {
      line.end();
      done();
    });
  });
}
