import { type Refusal, refuse } from "@countersign/protocol/refusals";
import { z } from "zod";
import type { IdentityProviderAddress } from "../../../config/single-sign-on.ts";
import type { Clock } from "../../../kernel/clock.ts";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { BoundedGet } from "./bounded-get.ts";
import { type KeySet, keySet, type PublicKey, pickKey, type TokenAlgorithm } from "./key-set.ts";

/** How long a key set is used without being asked for again: as long as a withdrawn key may still sign. */
const FRESH_MS = 10 * 60_000;
/** A key id that is not known is looked for anew this often at most, whoever makes them up. */
const UNKNOWN_KEY_MS = 60_000;
/** After a failure the provider is left alone for a moment. */
const AFTER_FAILURE_MS = 2_000;

export type IdentityKeysParts = {
  readonly clock: Clock;
  readonly get: BoundedGet;
  readonly onFailed: (error: unknown) => void;
};

/**
 * The public keys of one identity provider. Where they stand comes from configuration, and by way of it from
 * the issuer's own discovery document; never from a token (lesson L16). One fetch serves all who wait.
 */
export class IdentityKeys {
  readonly #address: IdentityProviderAddress;
  readonly #parts: IdentityKeysParts;
  #keys: { readonly set: KeySet; readonly at: number } | null = null;
  #failedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | null = null;

  constructor(address: IdentityProviderAddress, parts: IdentityKeysParts) {
    this.#address = address;
    this.#parts = parts;
  }

  /** Null: the provider has no such key. Refuses with `unavailable` where its keys cannot be had. */
  async find(
    algorithm: TokenAlgorithm,
    kid: string | null,
  ): Promise<Result<PublicKey | null, Refusal>> {
    if (this.#ageMs() > FRESH_MS) await this.#fetch();
    const found = await this.#pick(algorithm, kid);
    if (found !== null) return ok(found);
    if (this.#ageMs() > UNKNOWN_KEY_MS) {
      await this.#fetch();
      const newer = await this.#pick(algorithm, kid);
      if (newer !== null) return ok(newer);
    }
    return this.#ageMs() > FRESH_MS ? err(this.#unavailable()) : ok(null);
  }

  async #pick(algorithm: TokenAlgorithm, kid: string | null): Promise<PublicKey | null> {
    if (this.#keys === null || this.#ageMs() > FRESH_MS) return null;
    return pickKey(this.#keys.set, algorithm, kid);
  }

  #ageMs(): number {
    return this.#parts.clock.monotonic() - (this.#keys?.at ?? Number.NEGATIVE_INFINITY);
  }

  async #fetch(): Promise<void> {
    const { clock, onFailed } = this.#parts;
    if (clock.monotonic() - this.#failedAt < AFTER_FAILURE_MS) return;
    this.#fetching ??= this.#read()
      .then((set) => {
        this.#keys = { set, at: clock.monotonic() };
      })
      .catch((error: unknown) => {
        this.#failedAt = clock.monotonic();
        onFailed(error);
      })
      .finally(() => {
        this.#fetching = null;
      });
    await this.#fetching;
  }

  async #read(): Promise<KeySet> {
    const { get } = this.#parts;
    const address = this.#address.jwksUri ?? (await this.#discover());
    return keySet.parse(await get(address));
  }

  /** OpenID Connect Discovery section 4.3: a document of another issuer is not this one's. */
  async #discover(): Promise<string> {
    const { issuer } = this.#address;
    const document = await this.#parts.get(
      `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
    );
    const scheme = issuer.startsWith("https:") ? /^https$/ : /^https?$/;
    return z
      .object({ issuer: z.literal(issuer), jwks_uri: z.url({ protocol: scheme }).max(300) })
      .parse(document).jwks_uri;
  }

  #unavailable(): Refusal {
    return refuse(
      "unavailable",
      `The identity provider ${this.#address.issuer} does not answer, so nobody can sign in there just now. Sessions that are open go on. Try again in a moment.`,
    );
  }
}
