import { createHash, randomBytes } from "node:crypto";
import { fromBase64url, toBase64url } from "@countersign/protocol/bytes";
import type { PersonId } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import type { Clock } from "../../../kernel/clock.ts";

export const SESSION_IDLE_SECONDS = 600;
export const SESSION_LIFE_SECONDS = 1800;
const TOKEN_BYTES = 32;

export type DeskSession = {
  readonly person: PersonId;
  readonly tenant: TenantId;
  /** Names the session in memory without being able to use it. */
  readonly key: string;
};

type Held = DeskSession & {
  readonly openedWall: number;
  readonly openedMonotonic: number;
  usedWall: number;
  usedMonotonic: number;
};

/**
 * Sessions of the desk page: opaque 256-bit tokens, of which only the SHA-256 is kept, in memory only.
 * They end after 10 minutes unused, after 30 minutes in any case, and with the process. A session
 * draws up and shows statements; every act still needs a touch of its own, so a stolen token reads an
 * inbox and opens nothing.
 *
 * Age is the larger of what the wall clock and the monotonic clock say: setting the wall clock back
 * lengthens nothing, and a suspended machine (which stops the monotonic clock) lengthens nothing.
 */
export class DeskSessions {
  readonly #clock: Clock;
  readonly #random: (sizeBytes: number) => Uint8Array;
  readonly #maxPerPerson: number;
  readonly #maxInAll: number;
  /** By SHA-256 of the token; oldest opened first. */
  readonly #held = new Map<string, Held>();

  constructor(of: {
    clock: Clock;
    random?: (sizeBytes: number) => Uint8Array;
    maxPerPerson?: number;
    maxInAll?: number;
  }) {
    this.#clock = of.clock;
    this.#random = of.random ?? randomBytes;
    this.#maxPerPerson = of.maxPerPerson ?? 10;
    this.#maxInAll = of.maxInAll ?? 10_000;
  }

  /** Opens a session and returns its token, base64url, 43 characters. The person's oldest ends where there are too many. */
  open(of: { person: PersonId; tenant: TenantId }): string {
    this.#endOld();
    const own = [...this.#held.values()].filter((it) => it.person === of.person);
    for (const it of own.slice(0, Math.max(0, own.length - this.#maxPerPerson + 1))) {
      this.#held.delete(it.key);
    }
    for (const key of this.#held.keys()) {
      if (this.#held.size < this.#maxInAll) break;
      this.#held.delete(key);
    }
    const token = toBase64url(this.#random(TOKEN_BYTES));
    const key = hash(token);
    const wall = this.#clock.wall();
    const monotonic = this.#clock.monotonic();
    this.#held.set(key, {
      person: of.person,
      tenant: of.tenant,
      key,
      openedWall: wall,
      openedMonotonic: monotonic,
      usedWall: wall,
      usedMonotonic: monotonic,
    });
    return token;
  }

  /** The live session of a token, counted as used now; null for a token that is malformed, unknown or too old. */
  use(token: string): DeskSession | null {
    if (fromBase64url(token)?.length !== TOKEN_BYTES) return null;
    const held = this.#held.get(hash(token));
    if (held === undefined) return null;
    if (this.#isOver(held)) {
      this.#held.delete(held.key);
      return null;
    }
    held.usedWall = this.#clock.wall();
    held.usedMonotonic = this.#clock.monotonic();
    return { person: held.person, tenant: held.tenant, key: held.key };
  }

  end(token: string): void {
    this.#held.delete(hash(token));
  }

  /** For a person whose access or keys were revoked. */
  endAllOf(person: PersonId): void {
    for (const it of this.#held.values()) if (it.person === person) this.#held.delete(it.key);
  }

  get size(): number {
    return this.#held.size;
  }

  #isOver(it: Held): boolean {
    const wall = this.#clock.wall();
    const monotonic = this.#clock.monotonic();
    const idle = Math.max(wall - it.usedWall, monotonic - it.usedMonotonic);
    const age = Math.max(wall - it.openedWall, monotonic - it.openedMonotonic);
    return idle >= SESSION_IDLE_SECONDS * 1000 || age >= SESSION_LIFE_SECONDS * 1000;
  }

  #endOld(): void {
    for (const it of this.#held.values()) if (this.#isOver(it)) this.#held.delete(it.key);
  }
}

function hash(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
