import { openCheckpoint } from "../domain/checkpoint.ts";
import { cosignatureTimestamp, parseWitnessKey } from "../domain/cosignature.ts";
import type { RememberedHead } from "../domain/history.ts";
import type { Cosignature } from "../domain/ledger.ts";
import {
  formatSignatureLine,
  type NoteVerifier,
  parseSignatureLines,
} from "../domain/signed-note.ts";

/** Where a witness is and which key it has: `https://…` (submission prefix) and `name+id+key`. */
export type WitnessEndpoint = { readonly url: string; readonly verifierKey: string };

/** A head under our signature, and the proof that leads to it from a smaller size. */
export type SignedTarget = {
  readonly size: number;
  /** Text of the checkpoint, which cosigners sign too. */
  readonly text: string;
  /** The note with our signature alone. */
  readonly note: string;
  proofFrom(size: number): Promise<readonly Buffer[]>;
};

export type Cosigned = Cosignature & {
  /** The line for the note, newline included. */
  readonly line: string;
};

/** The witness answered, and not with a cosignature, or did not answer. The message names the witness. */
export class WitnessRefusal extends Error {
  override readonly name = "WitnessRefusal";
  /** Might the witness remember another history than ours? Then ask it for `latest` and judge. */
  readonly suspectsHistory: boolean;
  constructor(message: string, options: { suspectsHistory: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.suspectsHistory = options.suspectsHistory;
  }
}

const maxAnswerBytes = 65_536;
/** One for a stale idea of the witness's size, one for a racing submission, one to be fair. */
const maxResyncs = 3;

/**
 * Speaks C2SP tlog-witness to one witness. Calls run one after another. Trusts nothing that is not
 * signed: a cosignature is verified here, and a claim to remember more than we do is believed only with
 * our own log key's signature under it.
 */
export class WitnessClient {
  readonly #endpoint: WitnessEndpoint;
  readonly #verifier: NoteVerifier;
  readonly #origin: string;
  readonly #logVerifier: NoteVerifier;
  readonly #attemptMs: number;
  #cosignedSize = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    endpoint: WitnessEndpoint,
    log: { readonly origin: string; readonly verifier: NoteVerifier; readonly attemptMs: number },
  ) {
    this.#endpoint = endpoint;
    this.#verifier = parseWitnessKey(endpoint.verifierKey);
    this.#origin = log.origin;
    this.#logVerifier = log.verifier;
    this.#attemptMs = log.attemptMs;
  }

  get name(): string {
    return this.#verifier.name;
  }

  /** Has `target` cosigned; also a size that it cosigned before (a heartbeat). @throws WitnessRefusal */
  cosign(target: SignedTarget, signal: AbortSignal): Promise<Cosigned> {
    const turn = this.#turn.catch(() => undefined).then(() => this.#cosignInTurn(target, signal));
    this.#turn = turn;
    turn.catch(() => undefined);
    return turn;
  }

  /**
   * The newest checkpoint that the witness cosigned, under our own signature; `null` when it has never
   * seen this log. `GET <prefix>/checkpoint?origin=…` is ours: the specification leaves retrieval open.
   * @throws WitnessRefusal
   */
  async latest(timeoutMs: number): Promise<RememberedHead | null> {
    const query = new URLSearchParams({ origin: this.#origin });
    const answer = await this.#ask(`checkpoint?${query}`, { method: "GET" }, timeoutMs);
    if (answer.status === 204) return null;
    if (answer.status !== 200) throw this.#refusal(answer);
    const opened = openCheckpoint(answer.body, this.#origin, [this.#logVerifier]);
    if (!opened.ok) {
      throw new WitnessRefusal(
        `witness ${this.name} returned a checkpoint that this log did not sign (${opened.error})`,
        { suspectsHistory: false },
      );
    }
    const { size, root } = opened.value.checkpoint;
    return { source: `witness ${this.name}`, size, root };
  }

  async #cosignInTurn(target: SignedTarget, signal: AbortSignal): Promise<Cosigned> {
    for (let attempt = 0; attempt < maxResyncs; attempt += 1) {
      const from = Math.min(this.#cosignedSize, target.size);
      const answer = await this.#submit(target, from, signal);
      if (answer.status === 200) return this.#accept(target, answer.body);
      const theirSize = answer.status === 409 ? parseSize(answer.body) : null;
      if (theirSize === null) throw this.#refusal(answer);
      if (theirSize > target.size || theirSize === from) {
        throw new WitnessRefusal(
          `witness ${this.name} has cosigned ${theirSize} entries and refused our ${target.size}`,
          { suspectsHistory: true },
        );
      }
      this.#cosignedSize = theirSize;
    }
    throw new WitnessRefusal(`witness ${this.name} kept naming other sizes`, {
      suspectsHistory: false,
    });
  }

  async #submit(target: SignedTarget, from: number, signal: AbortSignal): Promise<Answer> {
    const proof = await target.proofFrom(from);
    const lines = proof.map((hash) => `${hash.toString("base64")}\n`).join("");
    const body = `old ${from}\n${lines}\n${target.note}`;
    return this.#ask("add-checkpoint", { method: "POST", body, signal }, this.#attemptMs);
  }

  #accept(target: SignedTarget, body: string): Cosigned {
    const ours = parseSignatureLines(body)?.find(
      (s) => s.name === this.#verifier.name && s.keyId === this.#verifier.keyId,
    );
    const timestampSeconds = ours === undefined ? null : cosignatureTimestamp(ours.signature);
    if (
      ours === undefined ||
      timestampSeconds === null ||
      !this.#verifier.verify(target.text, ours.signature)
    ) {
      throw new WitnessRefusal(
        `witness ${this.name} answered without a valid cosignature of its configured key`,
        { suspectsHistory: false },
      );
    }
    this.#cosignedSize = target.size;
    return { witness: this.name, timestampSeconds, line: formatSignatureLine(ours) };
  }

  async #ask(path: string, init: RequestInit, timeoutMs: number): Promise<Answer> {
    const url = `${this.#endpoint.url.replace(/\/$/, "")}/${path}`;
    try {
      const timeout = AbortSignal.timeout(timeoutMs);
      const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
      const response = await fetch(url, { ...init, redirect: "error", signal });
      return { status: response.status, body: await readBounded(response) };
    } catch (cause) {
      throw new WitnessRefusal(`witness ${this.name} at ${url} did not answer (${reason(cause)})`, {
        suspectsHistory: false,
        cause,
      });
    }
  }

  #refusal(answer: Answer): WitnessRefusal {
    const detail = answer.body.slice(0, 200).trim();
    return new WitnessRefusal(`witness ${this.name} answered ${answer.status}: ${detail}`, {
      // 409 without a size, and 422: it holds another tree than the one that we prove from.
      suspectsHistory: answer.status === 409 || answer.status === 422,
    });
  }
}

type Answer = { readonly status: number; readonly body: string };

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > maxAnswerBytes) throw new Error("the answer is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseSize(body: string): number | null {
  const [, digits] = /^(0|[1-9][0-9]{0,15})\n$/.exec(body) ?? [];
  return digits === undefined || !Number.isSafeInteger(Number(digits)) ? null : Number(digits);
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  const cause = error.cause instanceof Error ? error.cause.message : null;
  return cause === null || cause === "" ? error.message : cause;
}
