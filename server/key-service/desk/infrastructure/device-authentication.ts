import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  verify,
} from "node:crypto";
import { concatBytes, fromBase64url } from "@countersign/protocol/bytes";
import {
  DEVICE_CALL_SCHEME,
  DEVICE_CALL_WINDOW_SECONDS,
  deviceCallDigest,
} from "@countersign/protocol/device-call";
import { digestToBytes } from "@countersign/protocol/digest";
import { type DeviceId, deviceId } from "@countersign/protocol/ids";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { Clock } from "../../../kernel/clock.ts";
import { err, ok, type Result } from "../../../kernel/result.ts";
import { SingleUseNonces } from "./single-use-nonces.ts";

/** Ed25519 public key of an enrolled, unexpired, unrevoked device: raw, 32 bytes. Null otherwise. */
export type LookupDeviceKey = (device: DeviceId) => Promise<Uint8Array | null>;

/** `path` is the raw request target, `body` the bytes as received. */
export type AuthenticateDevice = (call: {
  readonly authorization: string | undefined;
  readonly path: string;
  readonly body: Uint8Array;
}) => Promise<Result<DeviceId, Refusal>>;

/**
 * Proves which device signed a call (`packages/protocol/src/device-call.ts`).
 *
 * Refusals: `not-signed-in` for a header that is absent, malformed, of an unknown device or wrongly
 * signed, in one and the same sentence and with the same work [L5]; then, only for a call that the
 * device truly signed, `clock-differs` outside ±60 s, `nonce-used` for a second use [L4],
 * `rate-limited` where the memory for nonces is full. What the device itself may do is not decided here.
 *
 * @throws what `lookup` throws.
 */
export function createDeviceAuthentication(of: {
  clock: Pick<Clock, "wall">;
  lookup: LookupDeviceKey;
  maxNonces?: number;
}): AuthenticateDevice {
  // Verified against when the device is unknown, so that unknown costs what known costs.
  const nobody = new Uint8Array(
    generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" }).subarray(-32),
  );
  const nonces = new SingleUseNonces({
    startedAt: Math.floor(of.clock.wall() / 1000),
    windowSeconds: DEVICE_CALL_WINDOW_SECONDS,
    maxInAll: of.maxNonces ?? 200_000,
  });

  return async ({ authorization, path, body }) => {
    const call = parseDeviceAuthorization(authorization);
    if (call === null) return err(NOT_A_DEVICE);
    const raw = await of.lookup(call.device);
    const key = ed25519PublicKey(raw ?? nobody);
    const digest = await deviceCallDigest({
      device: call.device,
      path,
      body: createHash("sha256").update(body).digest("base64url"),
      at: call.at,
      nonce: call.nonce,
    });
    const signed = verify(null, digestToBytes(digest), key, call.signature);
    if (raw === null || !signed) return err(NOT_A_DEVICE);

    const now = Math.floor(of.clock.wall() / 1000);
    switch (nonces.use({ device: call.device, nonce: call.nonce, at: call.at, now })) {
      case "fresh":
        return ok(call.device);
      case "used":
        return err(refuse("nonce-used", "This call was received before. Sign a new one."));
      case "outside":
        return err(refuse("clock-differs", clockSentence(call.at - now)));
      case "full":
        return err(refuse("rate-limited", "Too many calls at once. Try again in two minutes."));
    }
  };
}

type ParsedCall = {
  readonly device: DeviceId;
  readonly at: number;
  readonly nonce: string;
  readonly signature: Uint8Array;
};

const HEADER = new RegExp(
  `^${DEVICE_CALL_SCHEME} device=(d-[0-9a-z]{26}), at=([1-9][0-9]{0,11}), nonce=([A-Za-z0-9_-]{22}), signature=([A-Za-z0-9_-]{86})$`,
);

/** One spelling only: order, spacing, case and encodings as the contract writes them; anything else is null. */
export function parseDeviceAuthorization(header: string | undefined): ParsedCall | null {
  const [, id, at, nonce, signatureText] = HEADER.exec(header ?? "") ?? [];
  if (id === undefined || at === undefined || nonce === undefined || signatureText === undefined)
    return null;
  const device = deviceId.safeParse(id);
  const signature = fromBase64url(signatureText);
  if (!device.success || signature?.length !== 64 || fromBase64url(nonce)?.length !== 16)
    return null;
  return { device: device.data, at: Number(at), nonce, signature };
}

/** SubjectPublicKeyInfo header of an Ed25519 key (RFC 8410 section 4). */
const SPKI_ED25519 = Buffer.from("302a300506032b6570032100", "hex");

function ed25519PublicKey(raw: Uint8Array): KeyObject {
  if (raw.length !== 32) throw new TypeError(`an Ed25519 key has 32 bytes, not ${raw.length}`);
  return createPublicKey({
    key: Buffer.from(concatBytes(SPKI_ED25519, raw)),
    format: "der",
    type: "spki",
  });
}

const NOT_A_DEVICE = refuse(
  "not-signed-in",
  "This call is not signed by an enrolled device. Run `secrets login` on this machine.",
);

function clockSentence(secondsAhead: number): string {
  const seconds = Math.abs(secondsAhead);
  if (seconds <= DEVICE_CALL_WINDOW_SECONDS) {
    return "The key service has just started and does not take calls signed before. Try again.";
  }
  const side = secondsAhead > 0 ? "ahead of" : "behind";
  return `This machine's clock is ${seconds} seconds ${side} the key service's; ${DEVICE_CALL_WINDOW_SECONDS} are allowed. Set the clock and try again.`;
}
