import { type Instant, toInstant, toMilliseconds } from "@countersign/protocol/instants";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { Clock } from "../../../kernel/clock.ts";
import { err, ok, type Result } from "../../../kernel/result.ts";

/** What a witness said the time was, and our monotonic clock when the answer came. */
export type WitnessTime = {
  readonly timestampSeconds: number;
  readonly receivedAtMonotonicMs: number;
};

export const MAX_SKEW_SECONDS = 60;

/**
 * The time that decisions are taken at: the wall clock, never behind the last entry.
 *
 * Nothing is decided while the wall clock and (newest witness time + monotonic time since) are more
 * than a minute apart. Silence is not skew: without a witness's word the wall clock stands. After a
 * suspend, or a corrected clock, the next cosignature brings the two together again by itself.
 */
export class TimeKeeper {
  readonly #clock: Clock;
  readonly #witnessTime: () => WitnessTime | null;

  constructor(clock: Clock, witnessTime: () => WitnessTime | null) {
    this.#clock = clock;
    this.#witnessTime = witnessTime;
  }

  now(lastAt: Instant | null): Result<Instant, Refusal> {
    const wall = this.#clock.wall();
    const witness = this.#witnessTime();
    if (witness !== null) {
      const since = this.#clock.monotonic() - witness.receivedAtMonotonicMs;
      const skewSeconds = Math.abs(wall - (witness.timestampSeconds * 1000 + since)) / 1000;
      if (skewSeconds > MAX_SKEW_SECONDS) return err(clockDiffers(skewSeconds));
    }
    if (lastAt === null) return ok(toInstant(wall));
    const behindSeconds = (toMilliseconds(lastAt) - wall) / 1000;
    if (behindSeconds > MAX_SKEW_SECONDS) return err(clockDiffers(behindSeconds));
    return ok(toInstant(Math.max(wall, toMilliseconds(lastAt))));
  }
}

function clockDiffers(seconds: number): Refusal {
  return refuse(
    "clock-differs",
    `The key service's clock is ${Math.round(seconds)} seconds away from the witnesses' or the ledger's. Nothing is decided until an administrator has set it right.`,
  );
}
