import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { fromBase64url, toBase64url } from "@countersign/protocol/bytes";
import { personId } from "@countersign/protocol/ids";
import { tenantId } from "@countersign/protocol/names";
import { deviceView } from "@countersign/protocol/views";
import { z } from "zod";
import { Stop } from "../stop.ts";
import type { StateDir } from "./state-dir.ts";

const FILE = "login.json";
const KEY_FILE = "device-key.pem";

/** Who enrolled this device, where. The device's private key stands beside it, in a file of its own. */
export const loginFile = z.strictObject({
  v: z.literal(1),
  origin: z.url(),
  device: deviceView,
  person: personId,
  name: z.string().max(200),
  tenant: tenantId,
});
export type Login = z.infer<typeof loginFile>;

export type DeviceKey = {
  readonly key: KeyObject;
  /** Ed25519, raw 32 bytes, base64url. */
  readonly publicKey: string;
};

export function makeDeviceKey(): DeviceKey {
  return deviceKeyOf(generateKeyPairSync("ed25519").privateKey);
}

function deviceKeyOf(key: KeyObject): DeviceKey {
  if (key.asymmetricKeyType !== "ed25519")
    throw new Stop("fault", "The device key is not an Ed25519 key.");
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  return { key, publicKey: toBase64url(spki.subarray(-32)) };
}

/** The raw public key as bytes. */
export function publicBytes(of: DeviceKey): Uint8Array {
  return fromBase64url(of.publicKey) ?? new Uint8Array();
}

export function readLogin(
  state: StateDir,
): { readonly login: Login; readonly deviceKey: DeviceKey } | null {
  const login = state.read(FILE, loginFile);
  const pem = state.readText(KEY_FILE);
  if (login === null || pem === null) return null;
  try {
    return { login, deviceKey: deviceKeyOf(createPrivateKey(pem)) };
  } catch (error) {
    if (error instanceof Stop) throw error;
    throw new Stop(
      "state-unusable",
      `${state.path}/${KEY_FILE} is not a private key.`,
      "secrets login",
    );
  }
}

export function writeLogin(state: StateDir, login: Login, deviceKey: DeviceKey): void {
  state.writeText(KEY_FILE, String(deviceKey.key.export({ type: "pkcs8", format: "pem" })));
  state.write(FILE, login);
}

export function removeLogin(state: StateDir): void {
  state.remove(KEY_FILE);
  state.remove(FILE);
}
