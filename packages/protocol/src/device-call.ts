import { digestOf } from "./digest.ts";
import type { DeviceId, Digest } from "./ids.ts";

/**
 * How the command line proves which device calls: each request carries
 *
 *   Authorization: Countersign-Device device=<id>, at=<unix seconds>, nonce=<16 bytes base64url>, signature=<Ed25519, base64url>
 *
 * The signature is over the 32-byte digest of path, body digest, time and nonce, and is accepted once,
 * within 60 seconds of the key service's time.
 */
export type DeviceCall = {
  readonly device: DeviceId;
  readonly path: string;
  /** SHA-256 of the body bytes, base64url. */
  readonly body: string;
  readonly at: number;
  readonly nonce: string;
};

export const DEVICE_CALL_SCHEME = "Countersign-Device";
export const DEVICE_CALL_WINDOW_SECONDS = 60;

export function deviceCallDigest(call: DeviceCall): Promise<Digest> {
  return digestOf("deviceCall", { ...call });
}
