import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "../../../kernel/clock.ts";
import { LedgerFault, type SignedCheckpoint } from "../domain/ledger.ts";
import { withCosignatures } from "./cosigned-note.ts";
import { withDeadline } from "./deadline.ts";
import { NewestBehind } from "./newest-behind.ts";
import type { LedgerTiming } from "./timing.ts";
import {
  type Cosigned,
  type SignedTarget,
  type WitnessClient,
  WitnessRefusal,
} from "./witness-client.ts";
import { type WitnessTime, WitnessTimes } from "./witness-time.ts";

export type CosignTarget = SignedTarget & { readonly root: Buffer };

export type WitnessQuorumOptions = {
  readonly clients: readonly WitnessClient[];
  /** How many of them must cosign the same checkpoint. 0 only without witnesses. */
  readonly quorum: number;
  readonly clock: Clock;
  readonly timing: LedgerTiming;
  /** The newest durable head. */
  readonly target: () => CosignTarget;
  /** Runs before a head is shown to witnesses. */
  readonly beforeRound: (target: CosignTarget) => Promise<void>;
  /** A round could not be held at all. Calls `stop`. */
  readonly onRoundFailed: (error: unknown) => void;
  /** Told once when a round ends without the quorum, with what witnesses said, and null when one has it again. */
  readonly onOutage: (outage: string | null) => void;
  /** A witness's answer suggests that it remembers another history. */
  readonly onSuspicion: (client: WitnessClient) => Promise<void>;
};

type Round = {
  readonly target: CosignTarget;
  /** By witness. A heartbeat starts with what the same head already has, so that nothing disappears. */
  readonly cosigned: Map<string, Cosigned>;
  /** Who has answered in this round. */
  readonly answered: Set<string>;
};

type Waiter = {
  readonly size: number;
  readonly resolve: (checkpoint: SignedCheckpoint) => void;
  readonly reject: (error: Error) => void;
};

/**
 * Gets checkpoints cosigned by k of n witnesses, in rounds: one round shows one head to all of them, ends
 * when k have cosigned it, and the next shows the newest head. A witness that is slow or gone only
 * delays; one that still has a cosignature under way joins whichever round there is after it.
 */
export class WitnessQuorum {
  readonly #options: WitnessQuorumOptions;
  readonly #times: WitnessTimes;
  readonly #lastError = new Map<string, string>();
  #waiters: Waiter[] = [];
  #satisfied: SignedCheckpoint | null = null;
  #current: Round | null = null;
  #running: Promise<void> | null = null;
  #heartbeatDue = false;
  #showDue = false;
  #hasOutage = false;
  #heartbeat: NodeJS.Timeout | undefined;
  readonly #stopped = new AbortController();
  /** By witness: has the round that is current when its turn comes cosigned. */
  readonly #asks: ReadonlyMap<string, NewestBehind>;

  constructor(options: WitnessQuorumOptions) {
    this.#options = options;
    this.#asks = new Map(
      options.clients.map((it) => [it.name, new NewestBehind(() => this.#cosign(it))]),
    );
    this.#times = new WitnessTimes(options.clock, options.quorum);
  }

  /** Asks for the first cosignature now, and again after each heartbeat interval, without appending. */
  start(): void {
    if (this.#options.clients.length === 0) return;
    this.#heartbeat = setInterval(() => this.refresh(), this.#options.timing.witnessHeartbeatMs);
    this.#heartbeat.unref();
    this.refresh();
  }

  /** Has the newest head cosigned again, whatever was cosigned before. */
  refresh(): void {
    this.#heartbeatDue = true;
    this.#run();
  }

  /**
   * Has the newest head cosigned soon, unless it is. Returns at once and reports to `onOutage` alone. However
   * often it is called, one round is under way and at most one waits, for the head that is newest then.
   */
  show(): void {
    if (this.#options.clients.length === 0) return;
    this.#showDue = true;
    this.#run();
  }

  /** Shows the newest head, and resolves when witnesses have answered, with a quorum or without, or after the deadline. */
  async showLast(deadlineMs: number): Promise<void> {
    this.show();
    if (this.#running === null) return;
    await withDeadline(this.#running, deadlineMs, "a last cosignature").catch((late: Error) =>
      this.#report(late.message),
    );
  }

  /** Ends rounds, and fails whoever waits with `fault`. */
  stop(fault: LedgerFault): void {
    clearInterval(this.#heartbeat);
    this.#stopped.abort(fault);
    for (const waiter of this.#waiters.splice(0)) waiter.reject(fault);
  }

  newestTime(): WitnessTime | null {
    return this.#times.newest();
  }

  /** Newest checkpoint that satisfied the quorum since the start. */
  newestSatisfied(): SignedCheckpoint | null {
    return this.#satisfied;
  }

  /** Lines and times for `size`, as far as they have arrived. */
  cosignaturesOf(size: number): readonly Cosigned[] {
    return this.#current?.target.size === size ? [...this.#current.cosigned.values()] : [];
  }

  /** See `Ledger.witnessed`. */
  wait(size: number, deadlineMs: number): Promise<SignedCheckpoint> {
    if (this.#stopped.signal.aborted) return Promise.reject(this.#stopped.signal.reason);
    if (this.#satisfied !== null && this.#isSatisfied(size))
      return Promise.resolve(this.#satisfied);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters = this.#waiters.filter((w) => w !== waiter);
        reject(new LedgerFault("not-witnessed", this.#explain(size, deadlineMs)));
      }, deadlineMs);
      const waiter: Waiter = {
        size,
        resolve: (checkpoint) => {
          clearTimeout(timer);
          resolve(checkpoint);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#waiters.push(waiter);
      this.#run();
    });
  }

  #run(): void {
    if (this.#running !== null || this.#stopped.signal.aborted) return;
    this.#running = this.#rounds().catch((error: unknown) => {
      this.#running = null;
      this.#options.onRoundFailed(error);
    });
  }

  async #rounds(): Promise<void> {
    let backoffMs = this.#options.timing.witnessBackoffMs;
    while (!this.#stopped.signal.aborted && this.#isDue()) {
      const isHeartbeat = this.#heartbeatDue;
      this.#heartbeatDue = false;
      this.#showDue = false;
      const target = this.#options.target();
      if (!isHeartbeat && this.#waiters.length === 0 && this.#isSatisfied(target.size)) continue;
      await this.#options.beforeRound(target);
      const round = this.#nextRound(target, isHeartbeat);
      this.#current = round;
      if (await this.#hold(round)) {
        backoffMs = this.#options.timing.witnessBackoffMs;
        this.#report(null);
        continue;
      }
      this.#report(this.#errors());
      // Nobody waits: a witness that is down is not hammered, the next decision or heartbeat comes by itself.
      if (this.#waiters.length === 0) continue;
      await pause(backoffMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      backoffMs = Math.min(backoffMs * 2, this.#options.timing.witnessBackoffMaxMs);
    }
    // In the same step as the last look at what is due: who comes later starts a new round.
    this.#running = null;
  }

  #isDue(): boolean {
    return this.#heartbeatDue || this.#showDue || this.#waiters.length > 0;
  }

  #isSatisfied(size: number): boolean {
    return this.#satisfied !== null && this.#satisfied.size >= size;
  }

  /** Once when an outage begins and once when it ends. */
  #report(outage: string | null): void {
    if (this.#stopped.signal.aborted || (outage !== null) === this.#hasOutage) return;
    this.#hasOutage = outage !== null;
    this.#options.onOutage(outage);
  }

  #nextRound(target: CosignTarget, isHeartbeat: boolean): Round {
    const current = this.#current;
    if (current?.target.note !== target.note) {
      return { target, cosigned: new Map(), answered: new Set() };
    }
    // Asking the same again: those that have not answered yet, or all of them for a heartbeat.
    return isHeartbeat ? { target, cosigned: current.cosigned, answered: new Set() } : current;
  }

  /** Resolves true as soon as the quorum is there, false when every witness has answered without it. */
  #hold(round: Round): Promise<boolean> {
    const missing = this.#options.clients.filter((client) => !round.answered.has(client.name));
    return new Promise((resolve) => {
      let open = missing.length;
      const settle = (): void => {
        if (round.answered.size >= this.#options.quorum) {
          this.#satisfy(round.target, round.cosigned);
          resolve(true);
        } else if (open === 0) {
          resolve(false);
        }
      };
      for (const client of missing) {
        this.#asks
          .get(client.name)
          ?.ask()
          .finally(() => {
            open -= 1;
            settle();
          });
      }
      if (open === 0) settle();
    });
  }

  /** Never throws. */
  async #cosign(client: WitnessClient): Promise<void> {
    const round = this.#current;
    if (round === null || round.answered.has(client.name)) return;
    try {
      const cosigned = await client.cosign(round.target, this.#stopped.signal);
      this.#times.record(client.name, cosigned.timestampSeconds);
      this.#lastError.delete(client.name);
      round.cosigned.set(client.name, cosigned);
      round.answered.add(client.name);
    } catch (error) {
      this.#lastError.set(client.name, error instanceof Error ? error.message : "unknown error");
      if (error instanceof WitnessRefusal && error.suspectsHistory) {
        await this.#options.onSuspicion(client);
      }
    }
  }

  #satisfy(target: CosignTarget, cosigned: ReadonlyMap<string, Cosigned>): void {
    // A late answer to an earlier round must not take a newer checkpoint back.
    if (this.#satisfied !== null && this.#satisfied.size > target.size) return;
    const checkpoint = withCosignatures(target, [...cosigned.values()]);
    this.#satisfied = checkpoint;
    const [done, waiting] = partition(this.#waiters, (waiter) => waiter.size <= checkpoint.size);
    this.#waiters = waiting;
    for (const waiter of done) waiter.resolve(checkpoint);
  }

  #explain(size: number, deadlineMs: number): string {
    const { clients, quorum } = this.#options;
    const errors = this.#errors();
    return (
      `${quorum} of ${clients.length} witnesses did not cosign a checkpoint of ${size} entries within ` +
      `${deadlineMs} ms${errors === "" ? "" : `: ${errors}`}. Start or repair the witnesses; the entries are kept.`
    );
  }

  #errors(): string {
    return [...this.#lastError.values()].join("; ");
  }
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  const yes: T[] = [];
  const no: T[] = [];
  for (const item of items) (test(item) ? yes : no).push(item);
  return [yes, no];
}
