/**
 * Work that takes a while and always does the newest there is: one under way, and at most one behind it.
 * Whoever asks while one is under way shares the one behind, so askers do not make a queue.
 */
export class NewestBehind {
  readonly #work: () => Promise<void>;
  #underWay: Promise<void> | null = null;
  #behind: Promise<void> | null = null;

  /** @param work reads for itself what the newest is, when its turn comes */
  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Resolves or rejects with work that began after this call. */
  ask(): Promise<void> {
    if (this.#behind !== null) return this.#behind;
    if (this.#underWay === null) return this.#begin();
    this.#behind = this.#underWay
      .catch(() => undefined) // Its own askers have heard of it.
      .then(() => {
        this.#behind = null;
        return this.#begin();
      });
    return this.#behind;
  }

  #begin(): Promise<void> {
    this.#underWay = this.#work().finally(() => {
      this.#underWay = null;
    });
    return this.#underWay;
  }
}
