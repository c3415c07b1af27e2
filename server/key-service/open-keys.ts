import { lintKeys, refusesToServe } from "./keys/domain/attribute-linter.ts";
import { serviceKeyLabel } from "./keys/domain/key-label.ts";
import type { KeyLabel, KeyProvider } from "./keys/domain/key-provider.ts";
import { openPkcs11KeyProvider } from "./keys/infrastructure/pkcs11-key-provider.ts";

export const LOG_KEY: KeyLabel = serviceKeyLabel("log", 1);
export const RELEASE_KEY: KeyLabel = serviceKeyLabel("release", 1);

export type TokenConfig = {
  readonly module: string;
  readonly tokenLabel: string;
  readonly pin: string;
  readonly initParameters: string | undefined;
};

export function openToken({ initParameters, ...rest }: TokenConfig): Promise<KeyProvider> {
  const parameters = initParameters === undefined ? {} : { initParameters };
  return openPkcs11KeyProvider({ ...rest, ...parameters, maxSessions: 16 });
}

/** Makes the service's own signing keys where they are missing: only before the first entry exists. */
export async function ensureServiceKeys(keys: KeyProvider): Promise<void> {
  for (const label of [LOG_KEY, RELEASE_KEY]) {
    if (!(await keys.has(label))) await keys.generateSigningKey(label);
  }
}

/**
 * The rule at start: a token with one key of ours whose attributes let it leak is not served with.
 * @throws Error with the violations as sentences
 */
export async function refuseWeakKeys(
  keys: KeyProvider,
  report: (sentence: string) => void,
): Promise<void> {
  const violations = lintKeys(await keys.inventory());
  if (refusesToServe(violations)) {
    const sentences = violations.filter((it) => it.severity === "refuse").map((it) => it.sentence);
    throw new Error(`The token's keys are not safe to serve with. ${sentences.join(" ")}`);
  }
  for (const { sentence } of violations) report(sentence);
}
