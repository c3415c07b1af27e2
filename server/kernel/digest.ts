import { createHash } from "node:crypto";
import { canonicalise } from "@countersign/protocol/canonical";
import { DIGEST_DOMAINS, type DigestDomain } from "@countersign/protocol/digest";
import { type Digest, digest } from "@countersign/protocol/ids";

/**
 * The protocol's digests without a promise, for decisions, which must not yield between reading the
 * state and changing it. Agrees with `digestOf` and `digestBytes` of the protocol (tested).
 */
export function digestOfNow(domain: DigestDomain, value: unknown): Digest {
  return digestBytesNow(domain, Buffer.from(canonicalise(value)));
}

export function digestBytesNow(domain: DigestDomain, bytes: Uint8Array): Digest {
  const hash = createHash("sha256").update(DIGEST_DOMAINS[domain]).update(bytes);
  return digest.parse(hash.digest("base64url"));
}
