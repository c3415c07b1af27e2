import { type KeyLabel, KeyProviderFault } from "../domain/key-provider.ts";
import { tokenAnswer } from "./cryptoki.ts";

/** Runs an operation; what the token itself refuses becomes `refused`, naming what was asked. */
export async function explained<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof KeyProviderFault || cause instanceof RangeError) throw cause;
    throw new KeyProviderFault(
      "refused",
      `the token is there but would not ${what} (it answered ${tokenAnswer(cause)})`,
      { cause },
    );
  }
}

export function labelTaken(label: KeyLabel): KeyProviderFault {
  return new KeyProviderFault(
    "label-taken",
    `a key labelled ${label} is on the token already: use it, or generate the next version`,
  );
}

export function notAuthentic(label: KeyLabel, cause?: unknown): KeyProviderFault {
  return new KeyProviderFault(
    "not-authentic",
    `what was to be decrypted with ${label} was not sealed with this key, this IV and this context, or ` +
      "was changed since",
    { cause },
  );
}
