import { createPrivateKey, generateKeyPairSync, type JsonWebKey } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The provider's RS256 key, kept so that tokens of before a restart still verify. Development only. */
export function signingKey(stateDir: string): JsonWebKey {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const file = join(stateDir, "signing-key.pem");
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  }
  const key = createPrivateKey(readFileSync(file)).export({ format: "jwk" });
  return { ...key, kid: "development-1", use: "sig", alg: "RS256" };
}
