import { inspect } from "node:util";
import { expect } from "vitest";
import { KeyProviderFault } from "../domain/key-provider.ts";

/** The fault with which something must end. @throws Error where it ends otherwise */
export async function faultOf(act: () => Promise<unknown>): Promise<KeyProviderFault> {
  const fault = await act().then(
    () => null,
    (reason: unknown) => reason,
  );
  if (fault instanceof KeyProviderFault) return fault;
  throw new Error(`expected a KeyProviderFault, got ${inspect(fault)}`);
}

/** However deep one looks into it. */
export function expectNoPin(fault: unknown, pin: string): void {
  const everything = inspect(fault, { depth: 20, showHidden: true });
  expect(everything).not.toContain(pin);
}
