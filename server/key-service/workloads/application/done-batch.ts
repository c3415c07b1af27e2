import { randomBytes } from "node:crypto";
import { toBase32 } from "@countersign/protocol/bytes";
import type { TenantId } from "@countersign/protocol/names";
import type { CommandPath } from "../../decisions/application/command-path.ts";
import type { DomainEvent } from "../../decisions/domain/event.ts";

/** An entry of so many intents has about 5,000 bytes. */
const MOST_IN_ONE = 500;

/**
 * Collects intents whose value left, and records them many at once: an intent is what counts, so that
 * what is lost here in a crash counts as disclosed, and no fetch waits for a second write.
 */
export class DoneBatch {
  readonly #path: Pick<CommandPath, "record">;
  readonly #waitMs: number;
  readonly #intents = new Map<TenantId, number[]>();
  #timer: NodeJS.Timeout | undefined;
  #count = 0;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(path: Pick<CommandPath, "record">, waitMs = 250) {
    this.#path = path;
    this.#waitMs = waitMs;
  }

  add(tenant: TenantId, intent: number): void {
    const known = this.#intents.get(tenant);
    if (known === undefined) this.#intents.set(tenant, [intent]);
    else known.push(intent);
    this.#count += 1;
    if (this.#count >= MOST_IN_ONE) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), this.#waitMs);
  }

  /** Resolves when everything that was added is recorded, or cannot be. */
  async flush(): Promise<void> {
    this.#write();
    await this.#writing;
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#count === 0) return;
    const events = [...this.#intents].map(
      ([tenant, intents]): DomainEvent => ({ type: "FetchesDone", tenant, intents }),
    );
    this.#intents.clear();
    this.#count = 0;
    const correlation = toBase32(randomBytes(10));
    // Where the ledger cannot be written, the intents stand alone, which is what they are for.
    const written = this.#path.record("system", correlation, events).catch(() => undefined);
    this.#writing = Promise.all([this.#writing, written]);
  }
}
