import type { Digest } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { ChangedRows } from "../../db/changed-rows.ts";
import { type Clock, systemClock } from "../../kernel/clock.ts";
import { err, ok, type Result } from "../../kernel/result.ts";
import { type Topic, topicsOf, touchesSessions } from "./domain/topics.ts";
import { Seat } from "./seat.ts";

export type LiveLimits = {
  /** A browser opens six connections to one address: three are left for its calls. */
  readonly perSession: number;
  readonly inTotal: number;
};
export const LIVE_LIMITS: LiveLimits = { perSession: 3, inTotal: 500 };

/** A change is older than its notice by the time that both took to arrive. */
const MARGIN_MS = 5_000;
const KEPT = Symbol.for("countersign.console.live");

/**
 * Everybody who listens for changes in this process. Holds no content: only which topics of a tenant changed when.
 * While the database does not tell of changes nobody is let in, and pages ask by themselves.
 */
export class LiveHub {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #limits: LiveLimits;
  readonly #seats = new Map<Seat, { readonly tenant: TenantId; readonly session: Digest }>();
  readonly #changedAt = new Map<TenantId, Map<Topic, number>>();
  /** Since when every change was heard; null while none is. */
  #heardSince: number | null = null;
  #isStopped = false;

  constructor(clock: Pick<Clock, "monotonic">, limits: LiveLimits = LIVE_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  get size(): number {
    return this.#seats.size;
  }

  get isListening(): boolean {
    return this.#heardSince !== null && !this.#isStopped;
  }

  /** From now on every change is told here. What happened before may have been missed. */
  listening(): void {
    this.#heardSince = this.#clock.monotonic();
    this.#changedAt.clear();
    this.changed({ tenant: null, tables: [] });
  }

  lost(): void {
    this.#heardSince = null;
  }

  changed({ tenant, tables }: ChangedRows): void {
    const topics = topicsOf(tables);
    const isAboutSessions = touchesSessions(tables);
    if (tenant !== null) this.#remember(tenant, topics);
    // Of all tenants: nobody who comes can be told what they missed, but that it may be anything.
    else if (this.#heardSince !== null) this.#heardSince = this.#clock.monotonic();
    for (const [seat, of] of this.#seats)
      if (tenant === null || of.tenant === tenant) seat.tell(topics, isAboutSessions);
  }

  /**
   * Topics of a tenant that may have changed within so many milliseconds; every one where that was not heard. Too
   * many rather than too few.
   */
  changedWithin(tenant: TenantId, ms: number): ReadonlySet<Topic> {
    const from = this.#clock.monotonic() - ms - MARGIN_MS;
    if (this.#heardSince === null || this.#heardSince > from) return topicsOf([]);
    const known = [...(this.#changedAt.get(tenant) ?? [])];
    return new Set(known.flatMap(([topic, at]) => (at >= from ? [topic] : [])));
  }

  /** A seat, to be left when it is no longer needed. */
  join(of: { readonly tenant: TenantId; readonly session: Digest }): Result<Seat, Refusal> {
    if (!this.isListening) return err(NOT_LISTENING);
    let ofSession = 0;
    for (const { session } of this.#seats.values()) if (session === of.session) ofSession += 1;
    if (ofSession >= this.#limits.perSession) return err(TOO_MANY_OF_SESSION);
    if (this.#seats.size >= this.#limits.inTotal) return err(TOO_MANY);
    const seat = new Seat(this.#clock, () => this.#seats.delete(seat));
    this.#seats.set(seat, { tenant: of.tenant, session: of.session });
    return ok(seat);
  }

  /** Ends every seat at once and lets nobody in any more. */
  stop(): void {
    this.#isStopped = true;
    for (const seat of this.#seats.keys()) seat.end();
  }

  #remember(tenant: TenantId, topics: ReadonlySet<Topic>): void {
    const known = this.#changedAt.get(tenant) ?? new Map<Topic, number>();
    for (const topic of topics) known.set(topic, this.#clock.monotonic());
    this.#changedAt.set(tenant, known);
  }
}

/** The one hub of this process: Next bundles each route by itself, and who stops the process stands in none. */
export function theLiveHub(): LiveHub {
  // Only this file writes the property, so its type is known.
  const realm = globalThis as { [KEPT]?: LiveHub };
  realm[KEPT] ??= new LiveHub(systemClock);
  return realm[KEPT];
}

export const NOT_LISTENING = refuse(
  "unavailable",
  "Changes are not told at the moment. The page asks for them by itself.",
);
const TOO_MANY_OF_SESSION = refuse(
  "rate-limited",
  "Other windows of this session are told of changes already. This one asks by itself.",
);
const TOO_MANY = refuse(
  "rate-limited",
  "Too many windows are told of changes already. This one asks by itself.",
);
