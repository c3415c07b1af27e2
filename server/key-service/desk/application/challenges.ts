import { randomBytes } from "node:crypto";
import { asDigest } from "@countersign/protocol/digest";
import type { Digest } from "@countersign/protocol/ids";
import type { Clock } from "../../../kernel/clock.ts";
import { digestBytesNow } from "../../../kernel/digest.ts";

/** Something secret and short-lived that is given out once and taken back once [lesson L4]. */
export class SingleUse<T> {
  readonly #clock: Clock;
  readonly #lifeMs: number;
  readonly #most: number;
  readonly #held = new Map<string, { readonly value: T; readonly until: number }>();

  /** `most` bounds memory: when full, the oldest is forgotten and its holder starts again. */
  constructor(clock: Clock, lifeMs: number, most: number) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
    this.#most = most;
  }

  put(key: string, value: T): void {
    const now = this.#clock.monotonic();
    for (const [held, { until }] of this.#held) {
      if (until > now && this.#held.size < this.#most) break;
      this.#held.delete(held);
    }
    this.#held.set(key, { value, until: now + this.#lifeMs });
  }

  /** What stands under the key, without using it up. */
  peek(key: string): T | null {
    const found = this.#held.get(key);
    return found !== undefined && found.until > this.#clock.monotonic() ? found.value : null;
  }

  /** Takes it: a second take of the same key finds nothing. */
  take(key: string): T | null {
    const value = this.peek(key);
    this.#held.delete(key);
    return value;
  }
}

/** 256 random bits, base64url: tokens of logins and codes. */
export function randomToken(): string {
  return randomBytes(32).toString("base64url");
}

/** A challenge for registration: 32 random bytes. */
export function registrationChallenge(): Digest {
  return asDigest(randomBytes(32));
}

/**
 * A challenge for *identify*: a digest in a domain of its own, so that no assertion that was given to
 * tell who one is can ever stand for a signature on a statement.
 */
export function identifyChallenge(): Digest {
  return digestBytesNow("identify", randomBytes(32));
}
