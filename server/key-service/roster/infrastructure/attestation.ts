import { X509Certificate } from "node:crypto";
import { base64urlBytes } from "@countersign/protocol/ids";
import { KEY_ALGORITHMS } from "@countersign/protocol/statement";
import type { KeyAlgorithm } from "../../statements/domain/assertion.ts";
import { isStrictEcdsaSignature } from "../../statements/domain/signature-encoding.ts";
import { isChainPinned } from "./attestation-chain.ts";
import { type Cbor, isCborMap, readCbor } from "./cbor.ts";

/*
 * What the maker of a key says about it: WebAuthn Level 3, section 6.5 and 8. It decides which keys may be
 * enrolled, never what a signature means.
 */

/**
 * `none`: the key says nothing. `self`: it vouches for itself, which proves nothing about its make.
 * `unverified`: a maker is named and nobody checked it. `verified`: a chain to a pinned root says so.
 */
export type AttestationLevel = "none" | "self" | "unverified" | "verified";

/** Which keys may be enrolled. The mode is a fact of the genesis entry, never a setting of the process. */
export type RegistrationPolicy =
  /** Virtual and platform authenticators too; what they say is recorded as what it is worth. */
  | { readonly mode: "development" }
  | {
      readonly mode: "production";
      /** PEM, one certificate each. */
      readonly roots: readonly string[];
      /** Models, lower-case UUIDs. Counts only with a chain to one of `roots` (lesson L23). */
      readonly aaguids: readonly string[];
    };

export const attestationObjectText = base64urlBytes(1, 16_384);

export type AttestationObject =
  | { readonly format: "none"; readonly authData: Uint8Array }
  | {
      readonly format: "packed";
      readonly authData: Uint8Array;
      readonly statement: PackedStatement;
    }
  | { readonly format: "other"; readonly name: string; readonly authData: Uint8Array };

export type PackedStatement = {
  readonly algorithm: number;
  readonly signature: Uint8Array;
  /** DER, leaf first; null for self attestation. */
  readonly certificates: readonly Uint8Array[] | null;
};

/** Null where the bytes are not `{fmt, attStmt, authData}`, or `none` and `packed` are not as section 8 has them. */
export function readAttestationObject(bytes: Uint8Array): AttestationObject | null {
  const object = readCbor(bytes);
  if (!isCborMap(object) || object.size !== 3) return null;
  const [name, statement, authData] = [
    object.get("fmt"),
    object.get("attStmt"),
    object.get("authData"),
  ];
  if (typeof name !== "string" || !isCborMap(statement) || !(authData instanceof Uint8Array))
    return null;
  if (name === "none") return statement.size === 0 ? { format: "none", authData } : null;
  if (name !== "packed") return { format: "other", name, authData };
  const [algorithm, signature, certificates] = [
    statement.get("alg"),
    statement.get("sig"),
    statement.get("x5c"),
  ];
  if (typeof algorithm !== "number" || !(signature instanceof Uint8Array)) return null;
  if (statement.size !== (certificates === undefined ? 2 : 3)) return null;
  if (certificates !== undefined && !areCertificates(certificates)) return null;
  return {
    format: "packed",
    authData,
    statement: { algorithm, signature, certificates: certificates ?? null },
  };
}

function areCertificates(item: Cbor): item is readonly Uint8Array[] {
  return Array.isArray(item) && item.length > 0 && item.every((it) => it instanceof Uint8Array);
}

/** Built into phones and computers; what they state is passed over, so it is never more than unverified. */
const PLATFORM_FORMATS = ["tpm", "apple", "android-key"];

/** Production: a certificate of the maker. `fido-u2f` never: such a key cannot verify its holder (lesson L22). */
export function isFormatAllowed(object: AttestationObject, policy: RegistrationPolicy): boolean {
  if (policy.mode === "production") {
    return object.format === "packed" && object.statement.certificates !== null;
  }
  return object.format !== "other" || PLATFORM_FORMATS.includes(object.name);
}

const KEY_TYPES: Record<KeyAlgorithm, string> = { [-7]: "ec", [-8]: "ed25519", [-257]: "rsa" };

/**
 * The library takes any algorithm that it knows, SHA-1 among them, and does not compare it with the key: of
 * a self attestation with the new key (section 8.2), otherwise with that of the maker's certificate.
 */
export function isStatementAlgorithmAllowed(
  object: AttestationObject,
  keyAlgorithm: KeyAlgorithm,
): boolean {
  if (object.format !== "packed") return true;
  const { algorithm, certificates } = object.statement;
  if (certificates === null) return algorithm === keyAlgorithm;
  const known = KEY_ALGORITHMS.find((it) => it === algorithm);
  return known !== undefined && keyTypeOf(certificates[0]) === KEY_TYPES[known];
}

/** As in an assertion: the library reads BER where DER is meant, so that one statement has many spellings. */
export function isStatementWellEncoded(object: AttestationObject): boolean {
  if (object.format !== "packed" || object.statement.algorithm !== -7) return true;
  return isStrictEcdsaSignature(object.statement.signature);
}

function keyTypeOf(certificate: Uint8Array | undefined): string | null {
  if (certificate === undefined) return null;
  try {
    return new X509Certificate(certificate).publicKey.asymmetricKeyType ?? null;
  } catch {
    return null; // the only input is the certificate
  }
}

/** Once the library has verified the statement's own signature. `now` in UTC milliseconds. */
export function attestationLevel(
  object: AttestationObject,
  policy: RegistrationPolicy,
  now: number,
): AttestationLevel {
  if (object.format === "none") return "none";
  if (object.format === "other") return "unverified";
  const { certificates } = object.statement;
  if (certificates === null) return "self";
  const roots = policy.mode === "production" ? policy.roots : [];
  return isChainPinned(certificates, roots, now) ? "verified" : "unverified";
}

/** The same credential with nothing said about its make: `{"fmt": "none", "attStmt": {}, "authData": bytes}`. */
export function withoutStatement(authData: Uint8Array): Uint8Array {
  const { length } = authData;
  const head = length < 256 ? [0x58, length] : [0x59, length >> 8, length & 255];
  return Buffer.concat([
    Buffer.from("a363666d74646e6f6e656761747453746d74a0686175746844617461", "hex"),
    Buffer.from(head),
    authData,
  ]);
}
