import { type KeyObject, sign } from "node:crypto";
import { toBase64url } from "@countersign/protocol/bytes";
import { asDigest, digestBytes, digestOf, digestToBytes } from "@countersign/protocol/digest";
import { type DigestWords, digestWords } from "@countersign/protocol/words";

/** The four words of a device key: terminal and desk show the same ones. `publicKey`: raw Ed25519, 32 bytes. */
export async function deviceKeyWords(publicKey: Uint8Array): Promise<DigestWords> {
  return digestWords(asDigest(await digestBytes("deviceKey", publicKey)));
}

/**
 * Proves at `device-logins/finish` that the device that began is the one that ends: Ed25519 over the
 * digest of login and code, so that a code overheard on the loopback is of no use to another program.
 */
export async function signDeviceLogin(
  key: KeyObject,
  login: string,
  code: string | null,
): Promise<string> {
  return toBase64url(sign(null, digestToBytes(await digestOf("deviceKey", { login, code })), key));
}
