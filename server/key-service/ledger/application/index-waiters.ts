/** What was waited for did not come in time. Nothing is lost: it will be there later. */
export class ProjectionLate extends Error {
  override readonly name = "ProjectionLate";
}

type Waiter = {
  readonly index: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
};

/** Callers that wait until a growing number has passed an index. */
export class IndexWaiters {
  readonly #waiting = new Set<Waiter>();
  #next = 0;

  /** The number as it was told last. */
  get reached(): number {
    return this.#next;
  }

  wait(index: number, deadlineMs: number): Promise<void> {
    if (index < this.#next) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => waiter.reject(new ProjectionLate(`entry ${index} is not projected yet`)),
        deadlineMs,
      );
      const leave = () => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
      };
      const waiter: Waiter = {
        index,
        resolve: () => {
          leave();
          resolve();
        },
        reject: (error) => {
          leave();
          reject(error);
        },
      };
      this.#waiting.add(waiter);
    });
  }

  /** May go back, when tables are rebuilt: whoever waits then goes on waiting. */
  moveTo(next: number): void {
    this.#next = next;
    for (const waiter of [...this.#waiting]) if (waiter.index < next) waiter.resolve();
  }

  rejectAll(error: Error): void {
    for (const waiter of [...this.#waiting]) waiter.reject(error);
  }
}
