/** Random bytes from the HSM; see `KeyProvider.randomBytes`. */
export type RandomSource = (sizeBytes: number) => Promise<Buffer>;

const BLOCK_BYTES = 64;

/**
 * Whole numbers below a bound, each equally likely, from random bytes.
 *
 * A byte is used only where it falls below the largest multiple of the bound that fits in 256, else it
 * is thrown away: `byte % bound` alone would favour small numbers. `end` wipes what is left.
 */
export class UnbiasedDraw {
  readonly #random: RandomSource;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(random: RandomSource) {
    this.#random = random;
  }

  /** 0..bound-1; `bound` 1..256. @throws Error where the source repeats itself. */
  async below(bound: number): Promise<number> {
    if (!Number.isInteger(bound) || bound < 1 || bound > 256) throw new RangeError("bound: 1..256");
    const usable = 256 - (256 % bound);
    for (;;) {
      const byte = await this.#nextByte();
      if (byte < usable) return byte % bound;
    }
  }

  end(): void {
    this.#block.fill(0);
    this.#at = this.#block.length;
  }

  async #nextByte(): Promise<number> {
    if (this.#at >= this.#block.length) {
      const fresh = await this.#random(BLOCK_BYTES);
      refuseFailedSource(fresh);
      this.#block.fill(0);
      this.#block = fresh;
      this.#at = 0;
    }
    const byte = this.#block[this.#at];
    if (byte === undefined) throw new Error("unreachable: a block was just checked to be whole");
    this.#block[this.#at] = 0;
    this.#at += 1;
    return byte;
  }
}

/** A source that is stuck gives itself away: 64 equal bytes, or too few. */
function refuseFailedSource(fresh: Buffer): void {
  if (fresh.length !== BLOCK_BYTES || fresh.every((byte) => byte === fresh[0])) {
    throw new Error("the random source failed: it gave no random bytes. Check the HSM");
  }
}
