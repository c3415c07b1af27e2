import { createHash, type KeyObject, randomBytes, sign } from "node:crypto";
import { toBase64url } from "@countersign/protocol/bytes";
import { DEVICE_CALL_SCHEME, deviceCallDigest } from "@countersign/protocol/device-call";
import { digestToBytes } from "@countersign/protocol/digest";
import type { DeviceId } from "@countersign/protocol/ids";

export type DeviceSigner = { readonly device: DeviceId; readonly key: KeyObject };

/**
 * The Authorization header of one call (device-call.ts). The signature covers path and body, so that
 * who relays a call can neither change it nor use it for another; it holds once, for 60 seconds.
 */
export async function signDeviceCall(
  signer: DeviceSigner,
  call: { readonly path: string; readonly body: Uint8Array; readonly nowMs: number },
): Promise<string> {
  const at = Math.floor(call.nowMs / 1000);
  const nonce = toBase64url(randomBytes(16));
  const digest = await deviceCallDigest({
    device: signer.device,
    path: call.path,
    body: toBase64url(createHash("sha256").update(call.body).digest()),
    at,
    nonce,
  });
  const signature = toBase64url(sign(null, digestToBytes(digest), signer.key));
  return `${DEVICE_CALL_SCHEME} device=${signer.device}, at=${at}, nonce=${nonce}, signature=${signature}`;
}
