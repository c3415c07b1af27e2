import { createHash } from "node:crypto";
import { fromBase64url, toBase64url } from "@countersign/protocol/bytes";
import type { RequestId, SecretId } from "@countersign/protocol/ids";
import type { SecretName } from "@countersign/protocol/names";
import {
  generateRequestKey,
  type RequestKey,
} from "../../packages/cli/src/delivery/request-key.ts";
import type { Installation } from "./installation.ts";
import { type Receipt, witnessCheckpoint } from "./ledger-audit.ts";
import { verifyAndOpenRelease } from "./open-release.ts";
import { call, value } from "./people.ts";
import { type Asked, askAndApprove, asking, type Cast, register, registration } from "./story.ts";

type Use = { readonly request: RequestId; readonly secret: SecretId; readonly use: number };

export type Opening =
  | { readonly is: "value"; readonly receipt: Receipt }
  /** What the key service answered. */
  | { readonly is: "refused"; readonly code: string; readonly detail: string }
  /** No whole answer came. */
  | { readonly is: "unheard" };

/** Refusals that say: not now. */
const NOT_NOW: readonly string[] = ["unavailable", "rate-limited", "clock-differs"];
const RETRY_MS = 50;
const MAX_USES = 100;
const CHEAP_SECRETS = ["one", "two", "three", "four"].map(
  (it) => `payments/prod/cache/token-${it}` as SecretName,
);

/**
 * Many clients on one enrolled device that open uses in a loop and give up nothing: who hears no answer
 * asks for the same use with the same key until there is one. Keeps every value that any of them received,
 * also twice, and every statement that was acknowledged.
 */
export class ReleaseStorm {
  readonly receipts: Receipt[] = [];
  readonly acknowledged: { readonly index: number; readonly digest: string }[] = [];
  /** Answers that nobody should have got. */
  readonly surprises: string[] = [];
  /** Sentences that clients were told while nothing could be opened, with how often. */
  readonly told = new Map<string, number>();
  readonly #installation: Installation;
  readonly #cast: Cast;
  readonly #port: number;
  readonly #releaseKey: Uint8Array;
  readonly #uses: Use[] = [];
  #asking: Promise<void> | null = null;
  #taken = 0;
  #isOver = false;
  #clients: Promise<void>[] = [];
  #waiting: { readonly count: number; readonly done: () => void }[] = [];

  private constructor(of: {
    installation: Installation;
    cast: Cast;
    port: number;
    releaseKey: Uint8Array;
  }) {
    this.#installation = of.installation;
    this.#cast = of.cast;
    this.#port = of.port;
    this.#releaseKey = of.releaseKey;
  }

  /**
   * Registers cheap secrets, and one that took two approvers.
   * @param port where clients find the desk: its own, or a proxy's
   */
  static async prepare(installation: Installation, cast: Cast, port: number) {
    const hello = value(await call(installation, "/people/v1/hello", {}));
    const releaseKey = fromBase64url(hello.releaseKey) ?? new Uint8Array();
    const storm = new ReleaseStorm({ installation, cast, port, releaseKey });
    for (const name of CHEAP_SECRETS) {
      const { policy } = registration(name);
      const cheap = { ...policy, dataClassification: "internal", tier: "low" } as const;
      await register(cast, registration(name, { policy: cheap }));
    }
    await register(cast);
    storm.#add(await askAndApprove(cast, { maxUses: MAX_USES }));
    return storm;
  }

  start(clients: number): void {
    this.#clients = Array.from({ length: clients }, () => this.#client());
  }

  /** Resolves when so many more values have arrived. */
  async progress(more: number): Promise<void> {
    const count = this.receipts.length + more;
    await new Promise<void>((done) => this.#waiting.push({ count, done }));
  }

  /** Every client ends with the answer that it waits for; who has none gives up. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
  }

  /** One use that nobody else will ask for. */
  async takeUse(): Promise<Use> {
    for (;;) {
      const use = this.#uses.shift();
      if (use !== undefined) return use;
      if (this.#isOver) throw new Error("the storm is over");
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = null;
      });
      await this.#asking;
    }
  }

  /** Asks once. */
  async open(use: Use, key: RequestKey): Promise<Opening> {
    const answer = await this.#cast.laptop
      .call(
        "/people/v1/grants/open",
        { ...use, recipientKey: toBase64url(key.publicKey) },
        { port: this.#port },
      )
      .catch(() => null);
    if (answer === null) return { is: "unheard" };
    if (!answer.ok) {
      const sentence = `${answer.code}: ${answer.detail}`;
      this.told.set(sentence, (this.told.get(sentence) ?? 0) + 1);
      return { is: "refused", code: answer.code, detail: answer.detail };
    }
    const witnessedSize = witnessCheckpoint(this.#installation.witnessDir).size;
    const opened = await verifyAndOpenRelease({
      releaseKey: this.#releaseKey,
      askedFor: { ...use, device: this.#cast.laptop.device },
      privateKey: key.privateKey,
      message: answer.value,
    });
    if (!opened.ok) return { is: "refused", code: opened.reason, detail: opened.message };
    const receipt: Receipt = {
      ...use,
      version: opened.secretVersion,
      device: this.#cast.laptop.device,
      recipientKey: sha256(key.publicKey),
      intent: opened.intent,
      valueDigest: sha256(opened.value),
      witnessedSize,
    };
    this.receipts.push(receipt);
    for (const it of this.#waiting) if (it.count <= this.receipts.length) it.done();
    this.#waiting = this.#waiting.filter((it) => it.count > this.receipts.length);
    return { is: "value", receipt };
  }

  /** A client of a test's own: asks for one use with one key, again and again until it is refused. */
  async untilRefused(): Promise<() => Promise<Opening & { readonly is: "refused" }>> {
    const [use, key] = [await this.takeUse(), await generateRequestKey()];
    return async () => {
      for (;;) {
        const opening = await this.open(use, key);
        if (opening.is === "refused" && opening.code !== "rate-limited") return opening;
        await pause();
      }
    };
  }

  async #client(): Promise<void> {
    while (!this.#isOver) {
      const use = await this.takeUse().catch(() => null);
      if (use === null) return;
      this.#taken += 1;
      if (this.#taken % 8 === 0) {
        // Two race for one use, each with a key of its own: one of them must lose.
        const both = await Promise.all([this.#insist(use), this.#insist(use)]);
        if (this.#isOver) return;
        const losers = both.filter((it) => it.is === "refused" && it.code === "uses-spent");
        if (losers.length !== 1)
          this.surprises.push(`two raced for one use: ${both.map(words).join(", ")}`);
      } else if (this.#taken % 4 === 1) {
        // As if the value had been lost on the way: the same use and key, again.
        const key = await generateRequestKey();
        const first = await this.#insist(use, key);
        const second = await this.#insist(use, key);
        if (this.#isOver) return;
        if (first.is !== "value" || second.is !== "value")
          this.surprises.push(`a use was not opened twice: ${words(first)}, ${words(second)}`);
      } else {
        const only = await this.#insist(use);
        if (this.#isOver) return;
        if (only.is !== "value") this.surprises.push(`a use was not opened: ${words(only)}`);
      }
    }
  }

  /** Asks with one key until there is a value, or a refusal that is not for the weather. */
  async #insist(use: Use, key?: RequestKey): Promise<Opening> {
    const kept = key ?? (await generateRequestKey());
    for (;;) {
      const opening = await this.open(use, kept);
      const settled =
        opening.is === "value" || (opening.is === "refused" && !NOT_NOW.includes(opening.code));
      if (settled || this.#isOver) return opening;
      await pause();
    }
  }

  /** A request for all cheap secrets, signed by Olivia alone; whatever goes wrong, another one is made. */
  async #ask(): Promise<void> {
    try {
      const { olivia, laptop } = this.#cast;
      const { draft } = await laptop.draft(
        asking(laptop, { secrets: CHEAP_SECRETS, maxUses: MAX_USES }),
      );
      const [outcome] = await olivia.sign([draft]);
      if (!outcome?.accepted) throw new Error("not accepted");
      const { index, digest } = outcome.accepted;
      this.acknowledged.push({ index, digest });
      const { request } = value(
        await laptop.call("/people/v1/proposals/show", { proposal: digest }),
      );
      const { secrets } = value(
        await laptop.call("/people/v1/secrets/list", { prefix: "payments/prod/cache/token-" }),
      );
      for (const { secret } of secrets) this.#add({ request, secret });
    } catch {
      await pause();
    }
  }

  #add({ request, secret }: { request: Asked["request"] | null; secret: SecretId }): void {
    if (request === null) throw new Error("a signed request has a name");
    for (let use = 1; use <= MAX_USES; use++) this.#uses.push({ request, secret, use });
  }
}

function words(opening: Opening): string {
  return opening.is === "refused" ? `${opening.code}: ${opening.detail}` : opening.is;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64url");
}

const pause = () => new Promise((done) => setTimeout(done, RETRY_MS));
