import type { Clock } from "../../kernel/clock.ts";
import { TopicPace } from "./domain/topic-pace.ts";
import type { Topic } from "./domain/topics.ts";

export type SeatNews =
  /** Nobody waits any more: the page has gone, or the process stops. */
  | { readonly isOver: true }
  | {
      readonly isOver: false;
      readonly topics: readonly Topic[];
      /** Something may have ended the session, or the time to look at it has come. */
      readonly mustLook: boolean;
    };

/** One page that waits for changes. Made and forgotten by the hub. */
export class Seat {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #pace = new TopicPace();
  readonly #onLeave: () => void;
  #mustLook = false;
  #isOver = false;
  #wake: (() => void) | null = null;

  constructor(clock: Pick<Clock, "monotonic">, onLeave: () => void) {
    this.#clock = clock;
    this.#onLeave = onLeave;
  }

  tell(topics: Iterable<Topic>, isAboutSessions: boolean): void {
    this.#pace.note(topics, this.#clock.monotonic());
    this.#mustLook ||= isAboutSessions;
    this.#wake?.();
  }

  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  leave(): void {
    this.end();
    this.#onLeave();
  }

  /**
   * Waits for what is to be told, `waitMs` at most; then the session must be looked at. One call at a time.
   * `signal`: the page has gone.
   */
  async next(waitMs: number, signal: AbortSignal | undefined): Promise<SeatNews> {
    const until = this.#clock.monotonic() + waitMs;
    while (true) {
      if (this.#isOver || signal?.aborted) return { isOver: true };
      const now = this.#clock.monotonic();
      const topics = this.#pace.take(now);
      const mustLook = this.#mustLook || now >= until;
      if (topics.length > 0 || mustLook) {
        this.#mustLook = false;
        return { isOver: false, topics, mustLook };
      }
      await this.#sleep(Math.min(until, this.#pace.dueAt() ?? until) - now, signal);
    }
  }

  #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", wake);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(wake, Math.max(1, Math.ceil(ms)));
      signal?.addEventListener("abort", wake, { once: true });
      this.#wake = wake;
    });
  }
}
