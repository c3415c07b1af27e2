import {
  constants,
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
} from "node:crypto";
import type { Digest } from "@countersign/protocol/ids";
import { type Instant, toMilliseconds } from "@countersign/protocol/instants";
import { oidcNonce } from "@countersign/protocol/sign-in";
import { publicJwk } from "../../../scripts/authenticator/public-jwk.ts";

/** An identity provider in memory: its keys, its key set, and tokens of any shape, sound or forged. */
export type TokenMint = {
  readonly issuer: string;
  readonly clientId: string;
  readonly rsa: KeyObject;
  readonly keySet: { keys: Record<string, unknown>[] };
  /** The claims of a sound token for this session at this time. */
  claims(session: Digest, now: Instant): Promise<Record<string, unknown>>;
  /** A token of these claims; RS256 with the provider's first key unless told. */
  token(claims: unknown, how?: Signing): string;
};

export type Signing = {
  readonly header?: Record<string, unknown>;
  /** The header's text, where it is no object that JSON would give. */
  readonly headerText?: string;
  readonly claimsText?: string;
  readonly key?: KeyObject;
  readonly alg?: string;
};

const pair = {
  rsa: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ec: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ed: () => generateKeyPairSync("ed25519"),
};

export const strangerKey = pair.rsa();

export function mint(issuer: string, clientId: string) {
  const [rsa, second, ec, ed, enc] = [pair.rsa(), pair.rsa(), pair.ec(), pair.ed(), pair.rsa()];
  const jwk = (key: KeyObject, more: object) => ({ ...publicJwk(key), ...more });
  const keySet = {
    keys: [
      jwk(rsa.publicKey, { kid: "rsa-1", use: "sig", alg: "RS256" }),
      jwk(second.publicKey, { kid: "rsa-2", use: "sig" }),
      jwk(ec.publicKey, { kid: "ec-1", use: "sig" }),
      jwk(ed.publicKey, { kid: "ed-1" }),
      jwk(enc.publicKey, { kid: "enc-1", use: "enc" }),
      { kty: "oct", kid: "oct-1", k: "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA" },
    ],
  };
  const token = (claims: unknown, how: Signing = {}): string => {
    const alg = how.alg ?? "RS256";
    const header =
      how.headerText ?? JSON.stringify({ alg, kid: "rsa-1", typ: "JWT", ...how.header });
    const text = how.claimsText ?? JSON.stringify(claims);
    const input = `${encode(header)}.${encode(text)}`;
    return `${input}.${signature(alg, input, how.key ?? rsa.privateKey)}`;
  };
  const claims = async (session: Digest, now: Instant) => {
    const seconds = toMilliseconds(now) / 1000;
    return {
      iss: issuer,
      sub: "olivia",
      aud: clientId,
      exp: seconds + 600,
      iat: seconds,
      auth_time: seconds - 30,
      nonce: await oidcNonce(session),
      name: "Olivia Hart",
      email: "olivia@acme.example",
    };
  };
  return { issuer, clientId, rsa, second, ec, ed, enc, keySet, token, claims };
}

export const encode = (text: string) => Buffer.from(text).toString("base64url");

function signature(alg: string, input: string, key: KeyObject): string {
  return rawSignature(alg, Buffer.from(input), key).toString("base64url");
}

function rawSignature(alg: string, bytes: Buffer, key: KeyObject): Buffer {
  switch (alg) {
    case "none":
      return Buffer.alloc(0);
    case "HS256":
      return createHmac("sha256", key.type === "secret" ? key : spki(key))
        .update(bytes)
        .digest();
    case "PS256":
      return signBytes("sha256", bytes, {
        key,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: 32,
      });
    case "ES256":
      return signBytes("sha256", bytes, { key, dsaEncoding: "ieee-p1363" });
    case "EdDSA":
      return signBytes(null, bytes, key);
    case "RS512":
      return signBytes("sha512", bytes, key);
    default:
      return signBytes("sha256", bytes, key);
  }
}

/** The public key as text, which careless verifiers take as the secret of an HMAC. */
function spki(key: KeyObject): string {
  return key.export({ type: "spki", format: "pem" }).toString();
}
