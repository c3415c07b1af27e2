import { toBase64url } from "@countersign/protocol/bytes";
import { err, ok, type Result } from "../../../kernel/result.ts";
import {
  type AuthenticatorData,
  readAuthenticatorData,
} from "../../statements/domain/authenticator-data.ts";
import {
  type CoseKey,
  type KeyCheck,
  readCoseKey,
} from "../../statements/infrastructure/cose-key.ts";
import { isCborMap, readCbor } from "./cbor.ts";

/** The new credential, as the key itself reports it: WebAuthn Level 3, section 6.5.1. */
export type AttestedCredential = {
  readonly authenticator: AuthenticatorData;
  /** Lower-case UUID. Says the model of the key only where a verified chain vouches for it (lesson L23). */
  readonly aaguid: string;
  /** base64url */
  readonly credential: string;
  readonly credentialIdBytes: number;
  readonly key: CoseKey;
};

export type AttestedCredentialCheck =
  | "authenticator-data-length"
  | "attested-credential"
  | "extensions"
  | KeyCheck;

const AAGUID_BYTES = 16;
const ID_AT = AAGUID_BYTES + 2;

/**
 * Reads authenticator data to its last byte. Extensions are allowed, unlike in an assertion: browsers ask
 * for credProtect on their own. They must be a map with text names; none of them is used.
 */
export function readAttestedCredential(
  bytes: Uint8Array,
): Result<AttestedCredential, AttestedCredentialCheck> {
  const authenticator = readAuthenticatorData(bytes);
  if (authenticator === null) return err("authenticator-data-length");
  const { flags, rest } = authenticator;
  if (!flags.attestedCredential || rest.length < ID_AT) return err("attested-credential");
  const credentialIdBytes = (rest[AAGUID_BYTES] ?? 0) * 256 + (rest[AAGUID_BYTES + 1] ?? 0);
  const keyAt = ID_AT + credentialIdBytes;
  if (rest.length <= keyAt) return err("attested-credential");
  const key = readCoseKey(rest.subarray(keyAt));
  if (!key.ok) return key;
  const extensions = rest.subarray(keyAt + key.value.bytes.length);
  if (!areExtensions(extensions, flags.extensions)) return err("extensions");
  return ok({
    authenticator,
    aaguid: uuid(rest.subarray(0, AAGUID_BYTES)),
    credential: toBase64url(rest.subarray(ID_AT, keyAt)),
    credentialIdBytes,
    key: key.value,
  });
}

function areExtensions(bytes: Uint8Array, isAnnounced: boolean): boolean {
  if (!isAnnounced) return bytes.length === 0;
  const map = readCbor(bytes);
  return isCborMap(map) && [...map.keys()].every((name) => typeof name === "string");
}

function uuid(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
