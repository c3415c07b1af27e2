import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";

/**
 * A public key as a JWK, by way of its DER. In Node 20 the export of a key as a JWK holds the key's lock, and the job
 * that generated the key takes that lock when it is collected: a collection during the export stops the process for
 * ever. The key that was read again has no such job.
 */
export function publicJwk(key: KeyObject): JsonWebKey {
  const der = key.export({ format: "der", type: "spki" });
  return createPublicKey({ key: der, format: "der", type: "spki" }).export({ format: "jwk" });
}
