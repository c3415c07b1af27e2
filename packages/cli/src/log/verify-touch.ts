import { createHash, createPublicKey, type JsonWebKey, type KeyObject, verify } from "node:crypto";
import { fromBase64url } from "@countersign/protocol/bytes";
import { listDigest } from "@countersign/protocol/digest";
import type { Digest } from "@countersign/protocol/ids";
import type { Evidence } from "./prove-entry.ts";

/*
 * WebAuthn Level 3, section 7.2, as far as somebody needs it who checks a signature again that was accepted
 * once. Written apart from the key service's own: a second pair of eyes.
 */

const MAX_CLIENT_DATA_BYTES = 4096;
const USER_PRESENT_AND_VERIFIED = 0x05;

/**
 * Whether this hardware key signed the statement with this digest, at this desk, with its holder present
 * and verified. Where one touch signed a list, the list must hold the digest.
 * @param publicKey COSE_Key, base64url, as the ledger names it.
 */
export async function touchHolds(of: {
  readonly digest: Digest;
  readonly evidence: Pick<Evidence, "assertion" | "list">;
  readonly publicKey: string;
  /** As pinned, e.g. `https://desk.example.com`. */
  readonly deskOrigin: string;
}): Promise<boolean> {
  const { digest, deskOrigin } = of;
  const { assertion, list } = of.evidence;
  const key = readCoseKey(fromBase64url(of.publicKey) ?? new Uint8Array());
  const clientData = fromBase64url(assertion.clientDataJSON);
  const authenticator = fromBase64url(assertion.authenticatorData);
  const signature = fromBase64url(assertion.signature);
  if (key === null || clientData === null || authenticator === null || signature === null)
    return false;
  if (list !== null && !list.includes(digest)) return false;
  const challenge = list === null ? digest : await listDigest(list);
  return (
    isAskedFor(clientData, challenge, deskOrigin) &&
    isAtDesk(authenticator, deskOrigin) &&
    verify(
      key.hash,
      Buffer.concat([authenticator, createHash("sha256").update(clientData).digest()]),
      key.key,
      signature,
    )
  );
}

function isAskedFor(clientData: Uint8Array, challenge: Digest, deskOrigin: string): boolean {
  if (clientData.length > MAX_CLIENT_DATA_BYTES) return false;
  try {
    const said = JSON.parse(Buffer.from(clientData).toString("utf8"));
    return (
      said?.type === "webauthn.get" &&
      said.challenge === challenge &&
      said.origin === deskOrigin &&
      (said.crossOrigin ?? false) === false
    );
  } catch {
    return false; // no JSON: nothing that a browser signs
  }
}

/** 32 bytes hash of the desk's host, one byte of flags, a counter. */
function isAtDesk(authenticator: Uint8Array, deskOrigin: string): boolean {
  const host = createHash("sha256").update(new URL(deskOrigin).hostname).digest();
  const flags = authenticator[32] ?? 0;
  return (
    authenticator.length === 37 &&
    host.equals(authenticator.subarray(0, 32)) &&
    (flags & USER_PRESENT_AND_VERIFIED) === USER_PRESENT_AND_VERIFIED
  );
}

type SigningKey = { readonly key: KeyObject; readonly hash: "sha256" | null };

/** The three kinds of COSE_Key that are enrolled, each in its one encoding (RFC 9053, CTAP2 canonical CBOR). */
function readCoseKey(bytes: Uint8Array): SigningKey | null {
  const hex = Buffer.from(bytes).toString("hex");
  const part = (from: number, to: number) =>
    Buffer.from(bytes.subarray(from, to)).toString("base64url");
  if (/^a5010203262001215820.{64}225820.{64}$/.test(hex))
    return signingKey({ kty: "EC", crv: "P-256", x: part(10, 42), y: part(45, 77) }, "sha256");
  if (/^a4010103272006215820.{64}$/.test(hex))
    return signingKey({ kty: "OKP", crv: "Ed25519", x: part(10, 42) }, null);
  if (/^a40103033901002059.*2143010001$/.test(hex)) {
    const size = (bytes[9] ?? 0) * 256 + (bytes[10] ?? 0);
    if (bytes.length !== 11 + size + 5 || size < 256 || size > 512) return null;
    return signingKey({ kty: "RSA", n: part(11, 11 + size), e: "AQAB" }, "sha256");
  }
  return null;
}

function signingKey(key: JsonWebKey, hash: SigningKey["hash"]): SigningKey | null {
  try {
    return { key: createPublicKey({ format: "jwk", key }), hash };
  } catch {
    return null; // a point that is not on its curve
  }
}
