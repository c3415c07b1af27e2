import type { Cosigner } from "./domain/cosigner.ts";
import { type Judgement, judgeSubmission } from "./domain/judge-submission.ts";
import type { LogKey } from "./domain/log-key.ts";
import { parseSubmission } from "./domain/submission.ts";
import type { CheckpointStore } from "./infrastructure/checkpoint-store.ts";

export type Answer =
  | { readonly status: "cosigned"; readonly line: string }
  | Exclude<Judgement, { status: "cosign" }>;

export type WitnessParts = {
  readonly cosigner: Cosigner;
  readonly store: CheckpointStore;
  /** Every key of every log it serves; a log's origin is its keys' name. */
  readonly logKeys: { read(): Promise<readonly LogKey[]> };
  /** UTC milliseconds since 1970. */
  readonly now: () => number;
};

/** Cosigns checkpoints, one at a time: the old size is checked and the new one on disk before the next. */
export class Witness {
  readonly #parts: WitnessParts;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: WitnessParts) {
    this.#parts = parts;
  }

  /** @throws Error where the state could not be read or written; nothing was cosigned then */
  submit(body: string): Promise<Answer> {
    const turn = this.#turn.catch(() => undefined).then(() => this.#submitInTurn(body));
    this.#turn = turn;
    return turn;
  }

  /** The newest cosigned checkpoint as a note, `null` before the first, `undefined` for an unknown log. */
  async latest(origin: string): Promise<string | null | undefined> {
    const keys = await this.#keysOf(origin);
    if (keys.length === 0) return undefined;
    return (await this.#parts.store.latest(origin, keys))?.note ?? null;
  }

  /** Can it read and write its state? @throws Error that says what is wrong */
  async checkReady(): Promise<void> {
    await this.#parts.store.prepare();
    for (const { name } of await this.#parts.logKeys.read()) await this.latest(name);
  }

  async #submitInTurn(body: string): Promise<Answer> {
    const { cosigner, store, now } = this.#parts;
    const origin = parseSubmission(body)?.checkpoint.origin;
    const keys = origin === undefined ? [] : await this.#keysOf(origin);
    const latest =
      origin === undefined || keys.length === 0 ? null : await store.latest(origin, keys);
    const judgement = judgeSubmission(body, { keysOf: () => keys, latestOf: () => latest });
    if (judgement.status !== "cosign") return judgement;
    const { checkpoint, logLines } = judgement;
    await store.keep(checkpoint, logLines);
    return {
      status: "cosigned",
      line: cosigner.cosign(checkpoint.text, Math.floor(now() / 1_000)),
    };
  }

  async #keysOf(origin: string): Promise<readonly LogKey[]> {
    return (await this.#parts.logKeys.read()).filter((key) => key.name === origin);
  }
}
