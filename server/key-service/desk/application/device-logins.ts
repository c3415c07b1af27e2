import { createPublicKey, randomBytes, randomInt, verify } from "node:crypto";
import { fromBase64url } from "@countersign/protocol/bytes";
import { asDigest, digestBytes, digestOf, digestToBytes } from "@countersign/protocol/digest";
import { type DeviceId, type DraftId, deviceId, idText } from "@countersign/protocol/ids";
import { digestWords } from "@countersign/protocol/words";
import type { VerifiedTouch } from "../../statements/application/sign-drafts.ts";
import { randomToken } from "./challenges.ts";

/**
 * A device on its way to being enrolled. Two ways to be sure that the person at the desk and the
 * terminal that began are one: with a browser on the same machine, a code that the desk hands to a
 * loopback port, without which the signature is not submitted; else one of the device key's four words,
 * which the person reads off that terminal before they sign.
 */
export type DeviceLogin = {
  readonly login: string;
  /** Ed25519, raw, base64url. */
  readonly publicKey: string;
  readonly label: string;
  readonly device: DeviceId;
  readonly proof:
    | { readonly by: "loopback"; readonly port: number }
    | { readonly by: "word"; readonly wanted: 1 | 2 | 3 | 4; readonly word: string };
  wrongWords: number;
  draft: DraftId | null;
  /** A verified signature that waits for the loopback code. */
  held: { readonly code: string; readonly touch: VerifiedTouch } | null;
};

export async function beginDeviceLogin(
  publicKey: string,
  label: string,
  loopbackPort: number | null,
): Promise<DeviceLogin> {
  const base = {
    login: randomToken(),
    publicKey,
    label,
    device: deviceId.parse(idText("d", randomBytes(16))),
    wrongWords: 0,
    draft: null,
    held: null,
  };
  if (loopbackPort !== null) return { ...base, proof: { by: "loopback", port: loopbackPort } };
  const raw = fromBase64url(publicKey);
  if (raw === null) throw new Error("the key was parsed as base64url before");
  const words = digestWords(asDigest(await digestBytes("deviceKey", raw)));
  const wanted = randomInt(1, 5) as 1 | 2 | 3 | 4; // randomInt excludes its upper bound
  return { ...base, proof: { by: "word", wanted, word: words[(wanted - 1) as 0 | 1 | 2 | 3] } }; // 1..4 becomes 0..3
}

/** Whether the device that began this login signed its end. */
export async function isSignedByDevice(
  login: DeviceLogin,
  code: string | null,
  signature: string,
): Promise<boolean> {
  const bytes = fromBase64url(signature);
  if (bytes === null) return false;
  const key = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: login.publicKey },
    format: "jwk",
  });
  const digest = await digestOf("deviceKey", { login: login.login, code });
  return verify(null, digestToBytes(digest), key, bytes);
}
