import { randomBytes } from "node:crypto";
import { toBase32 } from "@countersign/protocol/bytes";
import type { Clock } from "../../../kernel/clock.ts";
import type { CommandPath } from "./command-path.ts";
import { MinuteBudget } from "./minute-budget.ts";
import { recordTampering } from "./record-tampering.ts";

/**
 * Told of a stored row that was read: `problem` is what is wrong with it, null where it is what the ledger says.
 *
 * @param row names kind and row by ids: "the envelope of s-… version 1". Never contents
 * @param problem goes on from there: "is missing"
 */
export type Look = (row: string, problem: string | null, correlation?: string) => void;

export type TamperingReportsParts = {
  readonly clock: Pick<Clock, "monotonic">;
  /** Writes the line for the operator, whether or not the ledger can be written. */
  readonly log: (what: string, correlation: string) => void;
  /** Findings that are reported one by one within a minute. Default 600, as of refusals. */
  readonly perMinute?: number;
};

const AGAIN_AFTER_MS = 3_600_000;
const MOST_KNOWN = 10_000;

type Known = { readonly reportedAtMs: number; repeats: number };

/**
 * What was found changed in storage, as entries of the ledger and lines of the log [AUD-2]. Who can write
 * rows decides what there is to find, and how often honest people come across it, but not how long the ledger
 * gets: a row that stays as bad as it was reported is reported again after an hour, with how often it was met
 * since; all findings together share a budget, and what is beyond it is counted and told once a minute. A row
 * that was seen whole in between is news again.
 */
export class TamperingReports {
  readonly #parts: TamperingReportsParts;
  readonly #budget: MinuteBudget;
  /** By row; those that were reported longest ago come first. */
  readonly #known = new Map<string, Known>();
  #leftOut = 0;
  #path: Pick<CommandPath, "record"> | null = null;

  constructor(parts: TamperingReportsParts) {
    this.#parts = parts;
    this.#budget = new MinuteBudget(parts.clock, parts.perMinute ?? 600);
  }

  /** Until it is called, findings are logged only. */
  recordOn(path: Pick<CommandPath, "record">): void {
    this.#path = path;
  }

  readonly looked: Look = (row, problem, correlation) => {
    if (problem === null) this.#known.delete(row);
    else this.#found(row, `${row} ${problem}`, false, correlation);
  };

  /** By somebody who compares everything and puts right what can be: a thing put right is news each time. */
  readonly found = (what: string, repaired: boolean): void => {
    if (repaired) this.#known.delete(what);
    this.#found(what, what, repaired);
  };

  /** Tells what the minute before left out. Called by the sweep, so that a flood that stops is told too. */
  readonly sumUp = (): void => {
    if (!this.#budget.turn() || this.#leftOut === 0) return;
    const count = this.#leftOut;
    this.#leftOut = 0;
    this.#tell(`${count} further findings within a minute, too many to name each`, false);
  };

  #found(row: string, what: string, repaired: boolean, correlation?: string): void {
    this.sumUp();
    const now = this.#parts.clock.monotonic();
    const before = this.#known.get(row);
    if (before !== undefined && now - before.reportedAtMs < AGAIN_AFTER_MS) {
      before.repeats += 1;
      return;
    }
    if (!this.#budget.take()) {
      this.#leftOut += 1;
      return;
    }
    this.#remember(row, now);
    const repeats = before?.repeats ?? 0;
    const again = repeats === 0 ? "" : `; met ${repeats} times since it was last reported`;
    this.#tell(`${what}${again}`, repaired, correlation);
  }

  #remember(row: string, now: number): void {
    this.#known.delete(row); // to the end of the order
    this.#known.set(row, { reportedAtMs: now, repeats: 0 });
    if (this.#known.size <= MOST_KNOWN) return;
    const [oldest = ""] = this.#known.keys();
    this.#known.delete(oldest);
  }

  #tell(what: string, repaired: boolean, correlation = toBase32(randomBytes(10))): void {
    this.#parts.log(what, correlation);
    if (this.#path === null) return;
    void recordTampering(this.#path, correlation, { type: "TamperingFound", what, repaired });
  }
}
