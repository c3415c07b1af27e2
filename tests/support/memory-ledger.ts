import type { Scheduler } from "fast-check";
import type { Appended, Ledger } from "../../server/key-service/ledger/domain/ledger.ts";

/** Appends in order of the calls, and answers each when the scheduler says so: every interleaving of answers. */
export class MemoryLedger implements Pick<Ledger, "append" | "showHead"> {
  readonly written: Uint8Array[] = [];
  readonly #scheduler: Scheduler;
  #start = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  startAt(size: number): void {
    this.#start = size;
  }

  /** No witness watches it. */
  showHead(): void {}

  append(entry: Uint8Array): Promise<Appended> {
    const index = this.#start + this.written.push(entry) - 1;
    return this.#scheduler.schedule(Promise.resolve({ index }));
  }
}
