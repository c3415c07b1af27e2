import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";

/** A step that did not come to its end, in words for whoever ran the demonstration. */
export class StepFailed extends Error {
  readonly step: string;
  readonly picture: string | null;

  constructor(step: string, cause: unknown, picture: string | null) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.step = step;
    this.picture = picture;
  }
}

/** Tells the story, one sentence a step, and takes a picture of each. */
export class Narrator {
  readonly #folder: string;
  readonly #say: (line: string) => void;
  #steps = 0;
  #pictures = 0;

  constructor(folder: string, say: (line: string) => void) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#say = say;
  }

  get pictures(): number {
    return this.#pictures;
  }

  /**
   * @param on pages of whoever acts: the last picture of a failure is of the first of them
   * @throws StepFailed naming the sentence
   */
  async step(sentence: string, on: Page | null, act: () => Promise<void>): Promise<void> {
    this.#steps += 1;
    this.#say(`${String(this.#steps).padStart(2)}. ${sentence}`);
    try {
      await act();
    } catch (cause) {
      // Without its picture a failed step is told all the same.
      const taken = on === null ? null : await this.picture(on, "failed").catch(() => null);
      throw new StepFailed(sentence, cause, taken);
    }
  }

  /** Words for the terminal alone, below the step. */
  aside(line: string): void {
    this.#say(`      ${line}`);
  }

  /** The window as it stands. @returns the file */
  async picture(page: Page, of: string): Promise<string> {
    this.#pictures += 1;
    const path = join(this.#folder, `${String(this.#pictures).padStart(2, "0")}-${of}.png`);
    await page.screenshot({ path, animations: "disabled" });
    return path;
  }
}
