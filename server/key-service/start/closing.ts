/** What was opened, closed in the reverse order: nothing outlives what it stands on. */
export class Closing {
  readonly #steps: (() => Promise<unknown>)[] = [];

  add(close: () => Promise<unknown>): void {
    this.#steps.push(close);
  }

  /** May be called again; each step runs once. @throws what the first step that fails throws; the rest stays open */
  async close(): Promise<void> {
    for (let close = this.#steps.pop(); close !== undefined; close = this.#steps.pop())
      await close();
  }
}
