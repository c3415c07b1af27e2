import { concatBytes, fromBase64url, toBase64url, utf8 } from "./bytes.ts";
import { canonicalise } from "./canonical.ts";
import type { Digest } from "./ids.ts";

/**
 * What a digest is of. Each purpose has its own prefix, so that a digest made for one can never
 * stand for another; the desk's challenge for *identify* can thus never be a statement's digest.
 */
export const DIGEST_DOMAINS = {
  statement: "countersign/statement/v1\n",
  list: "countersign/list/v1\n",
  commitment: "countersign/commitment/v1\n",
  policy: "countersign/policy/v1\n",
  floor: "countersign/floor/v1\n",
  identity: "countersign/identity/v1\n",
  envelope: "countersign/envelope/v1\n",
  sealed: "countersign/sealed/v1\n",
  identify: "countersign/identify/v1\n",
  invitation: "countersign/invitation/v1\n",
  deviceKey: "countersign/device-key/v1\n",
  consoleCredential: "countersign/console-credential/v1\n",
  gatewayCredential: "countersign/gateway-credential/v1\n",
  certificate: "countersign/certificate/v1\n",
  deviceCall: "countersign/device-call/v1\n",
  release: "countersign/release/v1\n",
  intake: "countersign/intake/v1\n",
  oidcNonce: "countersign/oidc-nonce/v1\n",
  idToken: "countersign/id-token/v1\n",
} as const;

export type DigestDomain = keyof typeof DIGEST_DOMAINS;

/** SHA-256 over `domain prefix || bytes`; 32 bytes. */
export async function digestBytes(
  domain: DigestDomain,
  bytes: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = concatBytes(utf8(DIGEST_DOMAINS[domain]), bytes);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

/** SHA-256 over `domain prefix || JCS(value)`, base64url. */
export async function digestOf(domain: DigestDomain, value: unknown): Promise<Digest> {
  return asDigest(await digestBytes(domain, utf8(canonicalise(value))));
}

/** The challenge for one touch over several statements: their digests, in the order shown. */
export async function listDigest(digests: readonly Digest[]): Promise<Digest> {
  return digestOf("list", [...digests]);
}

export function asDigest(bytes: Uint8Array): Digest {
  if (bytes.length !== 32) throw new TypeError("a digest has 32 bytes");
  return toBase64url(bytes) as Digest; // 32 bytes always encode to the 43 characters that Digest means
}

/** The 32 bytes of a digest. */
export function digestToBytes(digest: Digest): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64url(digest);
  if (bytes?.length !== 32) throw new TypeError("not a digest");
  return bytes;
}
