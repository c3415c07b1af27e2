import type { AssertionCheck } from "../../../server/key-service/statements/domain/assertion-checks.ts";
import { type Attempt, signed } from "../assertion-bench.ts";
import type { ForgedParts } from "./forged-parts.ts";

/**
 * What the attacker does, by name; the check that catches it; the attempt. A browser that the attacker owns
 * can have client data altered before the key signs, and a key that they made can sign anything: those
 * forgeries carry a good signature.
 */
export type Forgery = readonly [
  forgery: string,
  check: AssertionCheck,
  attempt: () => Attempt | Promise<Attempt>,
];

/** Sam's key signs these parts in place of the honest ones. */
export const bySam = (all: readonly ForgedParts[]): readonly Forgery[] =>
  all.map(([name, check, parts]) => [name, check, () => ({ json: signed(parts) })]);

/** Sam's key signs with these flags. */
export const flags = (alter: (honest: number) => number): Attempt => ({
  json: signed({ flags: alter }),
});

/** Sam's key signs authenticator data of these bytes. */
export const authenticatorData = (alter: (honest: Buffer) => Uint8Array): Attempt => ({
  json: signed({ authenticatorData: alter }),
});

/** The same bytes for a lenient decoder: the last character has bits that stand for nothing. */
export function strayLowBits(base64url: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet.indexOf(base64url.slice(-1));
  return base64url.slice(0, -1) + alphabet.charAt(last | 1);
}
