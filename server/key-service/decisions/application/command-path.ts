import type { DeviceId, PersonId } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import type { SpiffeId, TenantId } from "@countersign/protocol/names";
import { type Refusal, type RefusalCode, refuse } from "@countersign/protocol/refusals";
import { err, ok, type Result } from "../../../kernel/result.ts";
import { type Ledger, LedgerFault } from "../../ledger/domain/ledger.ts";
import type { Decision } from "../domain/decision.ts";
import {
  applyEntry,
  type Door,
  type Entry,
  EntryTooLarge,
  type Evidence,
  encodeEntry,
} from "../domain/entry.ts";
import type { DomainEvent, Refused } from "../domain/event.ts";
import type { State } from "../domain/state.ts";
import type { RefusalBudget } from "./refusal-budget.ts";
import type { TimeKeeper } from "./time-keeper.ts";

/** Who attempts what, for the entry that is written either way. */
export type Attempt = {
  readonly door: Door;
  readonly correlation: string;
  /** A statement kind or an API path. */
  readonly what: string;
  readonly tenant: TenantId | null;
  readonly person: PersonId | null;
  readonly device: DeviceId | null;
  readonly workload?: SpiffeId;
  readonly subject: string | null;
  readonly evidence: Evidence | null;
};

export type Recorded = {
  /** Index of the ledger entry. */
  readonly index: number;
  readonly at: Instant;
  readonly events: readonly DomainEvent[];
};

export type Outcome = "accepted" | RefusalCode;

export type CommandPathParts = {
  readonly ledger: Pick<Ledger, "append" | "showHead">;
  readonly time: TimeKeeper;
  readonly refusals: RefusalBudget;
  /** Rebuilds the fold from what is really on disk, after a write whose outcome is unknown. */
  readonly rebuild: () => Promise<State>;
  readonly onRecovery: (outcome: "recovered" | "failed", cause: unknown) => void;
  /** Told of every entry once it is durable, in order. Must not throw. */
  readonly onRecorded: (recorded: Recorded) => void;
  /** Told how each attempt ended, for figures: what it was, and the refusal's code or `accepted`. Must not throw. */
  readonly onDecided?: (what: string, outcome: Outcome) => void;
};

/**
 * The one path on which anything happens: decide -> events -> append -> durable -> effect.
 *
 * Deciding, folding and queueing the entry happen without yielding, so that decisions are serialised
 * in ledger order. State runs ahead of the disk by what is queued: callers are answered only when
 * their entry is durable, and when a write fails all of that state is thrown away and rebuilt from
 * the disk before anything else is decided. A refusal is an entry too; its answer does not wait for it.
 */
export class CommandPath {
  readonly #parts: CommandPathParts;
  #state: State;
  #recovery: Promise<void> | null = null;

  constructor(state: State, parts: CommandPathParts) {
    this.#state = state;
    this.#parts = parts;
  }

  /** For reading. May run ahead of the disk by entries that are being written. */
  get state(): State {
    return this.#state;
  }

  get available(): boolean {
    return this.#recovery === null;
  }

  now(): Result<Instant, Refusal> {
    return this.#parts.time.now(this.#state.lastAt);
  }

  /**
   * Decides and records. Resolves when the entry is durable; a caller that never hears back learns by
   * asking again what became of it. Refuses with `unavailable` where the ledger cannot be written.
   */
  async execute(
    attempt: Attempt,
    decide: (state: State, now: Instant) => Decision,
  ): Promise<Result<Recorded, Refusal>> {
    const result = await this.#execute(attempt, decide);
    this.#parts.onDecided?.(attempt.what, result.ok ? "accepted" : result.error.code);
    return result;
  }

  async #execute(
    attempt: Attempt,
    decide: (state: State, now: Instant) => Decision,
  ): Promise<Result<Recorded, Refusal>> {
    if (this.#recovery !== null) return err(UNAVAILABLE);
    const now = this.now();
    if (!now.ok) return now;
    const decision = decide(this.#state, now.value);
    if (!decision.ok) {
      this.#recordRefusal(attempt, decision, now.value);
      return err(decision.refusal);
    }
    const entry = this.#entry(attempt, decision.events, now.value);
    try {
      const index = await this.#append(entry);
      return ok({ index, at: entry.at, events: entry.events });
    } catch (error) {
      if (error instanceof LedgerFault) return err(UNAVAILABLE);
      if (error instanceof EntryTooLarge) return err(TOO_LARGE);
      throw error;
    }
  }

  /** Records an attempt that was refused before it came to a decision, such as a forged signature. */
  recordRefusal(attempt: Attempt, refusal: Refusal): void {
    this.#parts.onDecided?.(attempt.what, refusal.code);
    const now = this.now();
    if (this.#recovery === null && now.ok) {
      this.#recordRefusal(attempt, { ok: false, refusal, events: [] }, now.value);
    }
  }

  /** Events that nobody asked for: time ran out, a row was found changed, the service started. */
  async record(
    door: Door,
    correlation: string,
    events: readonly DomainEvent[],
  ): Promise<Result<Recorded, Refusal>> {
    const nobody = { tenant: null, person: null, device: null, subject: null, evidence: null };
    return this.execute({ door, correlation, what: "record", ...nobody }, () => ({
      ok: true,
      events,
    }));
  }

  #entry(attempt: Attempt, events: readonly DomainEvent[], at: Instant): Entry {
    const { door, correlation, evidence } = attempt;
    return { v: 1, at, door, correlation, events, evidence };
  }

  /** Folds and queues in one go; nothing may come between. */
  #append(entry: Entry): Promise<number> {
    const bytes = encodeEntry(entry);
    const index = this.#state.size;
    try {
      applyEntry(this.#state, entry);
    } catch (error) {
      // Half an entry may be folded: this state is not one that the ledger has.
      this.#recover(error);
      throw error;
    }
    return this.#parts.ledger
      .append(bytes)
      .then((appended) => {
        if (appended.index !== index) throw new Error("the fold and the ledger count differently");
        // Witnesses remember what a person signed soon after it counts; nobody waits for them here.
        if (entry.evidence !== null) this.#parts.ledger.showHead();
        this.#parts.onRecorded({ index, at: entry.at, events: entry.events });
        return index;
      })
      .catch((error: unknown) => {
        this.#recover(error);
        throw error;
      });
  }

  #recordRefusal(attempt: Attempt, decision: Decision & { ok: false }, at: Instant): void {
    const refused: Refused = {
      type: "Refused",
      tenant: attempt.tenant,
      code: decision.refusal.code,
      attempt: attempt.what,
      person: attempt.person,
      device: attempt.device,
      ...(attempt.workload === undefined ? {} : { workload: attempt.workload }),
      subject: attempt.subject,
      count: 1,
    };
    const events = [...decision.events, ...this.#parts.refusals.admit(refused)];
    if (events.length === 0) return;
    // A failed append has already started the recovery, and the refusal stands without its record.
    this.#append(this.#entry({ ...attempt, evidence: null }, events, at)).catch(() => {});
  }

  /** Starts the recovery from a fault that no caller met, such as a connection that was lost while idle. */
  recoverFrom(cause: unknown): void {
    this.#recover(cause);
  }

  #recover(cause: unknown): void {
    if (this.#recovery !== null) return;
    this.#recovery = this.#rebuild(cause);
  }

  async #rebuild(cause: unknown): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        this.#state = await this.#parts.rebuild();
        this.#recovery = null;
        this.#parts.onRecovery("recovered", cause);
        return;
      } catch (error) {
        this.#parts.onRecovery("failed", error);
        await new Promise((resolve) => setTimeout(resolve, Math.min(5000, 100 * 2 ** attempt)));
      }
    }
  }
}

const UNAVAILABLE = refuse(
  "unavailable",
  "The ledger cannot be written just now, so nothing is decided or released. Try again in a moment.",
);
const TOO_LARGE = refuse(
  "too-large",
  "This is too large for one ledger entry. Ask for less at once.",
);
