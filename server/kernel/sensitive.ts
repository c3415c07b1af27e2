import { inspect } from "node:util";

/**
 * Bytes that must not reach a log, an error, JSON or a template string.
 *
 * Every implicit conversion yields a fixed mark; only `use` hands out the bytes. `wipe` overwrites
 * them, after which `use` throws. JavaScript may hold copies made by callers: keep the callback short
 * and never turn the bytes into a string inside the key service.
 */
export class Sensitive {
  #bytes: Buffer | null;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
  }

  /** Number of bytes, or 0 after `wipe`. */
  get sizeBytes(): number {
    return this.#bytes?.length ?? 0;
  }

  /** Runs `fn` with the bytes themselves, not a copy. @throws Error after `wipe`. */
  use<T>(fn: (bytes: Buffer) => T): T {
    if (this.#bytes === null) throw new Error("this sensitive value was wiped");
    return fn(this.#bytes);
  }

  wipe(): void {
    this.#bytes?.fill(0);
    this.#bytes = null;
  }

  toJSON(): string {
    return "[sensitive]";
  }

  toString(): string {
    return "[sensitive]";
  }

  [inspect.custom](): string {
    return "[sensitive]";
  }
}
