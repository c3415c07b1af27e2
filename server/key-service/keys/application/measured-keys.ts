import {
  type KeyLabel,
  type KeyProvider,
  KeyProviderFault,
  type SealedByKey,
} from "../domain/key-provider.ts";

export const HSM_OPERATIONS = [
  "random",
  "generate",
  "find",
  "public-key",
  "encrypt",
  "decrypt",
  "sign",
  "destroy",
  "inventory",
] as const;
export type HsmOperation = (typeof HSM_OPERATIONS)[number];

/** @param outcome `done`, or the reason of the fault; `fault` where it was none of the port's */
export type OnHsmOperation = (operation: HsmOperation, outcome: string, seconds: number) => void;

/** The same keys; each operation is told with how it ended and how long it took, waiting for a session included. */
export function measuredKeys(keys: KeyProvider, told: OnHsmOperation): KeyProvider {
  const measure = async <T>(operation: HsmOperation, work: () => Promise<T>): Promise<T> => {
    const from = performance.now();
    const tell = (outcome: string) => told(operation, outcome, (performance.now() - from) / 1000);
    try {
      const result = await work();
      tell("done");
      return result;
    } catch (error) {
      tell(error instanceof KeyProviderFault ? error.reason : "fault");
      throw error;
    }
  };
  return {
    capabilities: keys.capabilities,
    randomBytes: (sizeBytes: number) => measure("random", () => keys.randomBytes(sizeBytes)),
    generateEncryptionKey: (label: KeyLabel) =>
      measure("generate", () => keys.generateEncryptionKey(label)),
    generateSigningKey: (label: KeyLabel) =>
      measure("generate", () => keys.generateSigningKey(label)),
    has: (label: KeyLabel) => measure("find", () => keys.has(label)),
    publicKey: (label: KeyLabel) => measure("public-key", () => keys.publicKey(label)),
    encrypt: (label: KeyLabel, plaintext: Uint8Array, aad: Uint8Array) =>
      measure("encrypt", () => keys.encrypt(label, plaintext, aad)),
    decrypt: (label: KeyLabel, sealed: SealedByKey, aad: Uint8Array) =>
      measure("decrypt", () => keys.decrypt(label, sealed, aad)),
    sign: (label: KeyLabel, digest: Uint8Array) => measure("sign", () => keys.sign(label, digest)),
    destroy: (label: KeyLabel) => measure("destroy", () => keys.destroy(label)),
    inventory: () => measure("inventory", () => keys.inventory()),
    close: () => keys.close(),
  };
}
