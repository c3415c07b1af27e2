import { createHash, randomBytes } from "node:crypto";
import { type Digest, digest } from "@countersign/protocol/ids";

const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** 32 random bytes, base64url: stands in one browser's cookie and nowhere else. */
export function newSessionSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** Under which database, key service and ledger know the session. Null where the text is no secret. */
export function sessionDigest(secret: string): Digest | null {
  if (!SECRET.test(secret)) return null;
  const bytes = Buffer.from(secret, "base64url");
  return digest.parse(createHash("sha256").update(bytes).digest("base64url"));
}
