import type { SecretCategory } from "@countersign/protocol/taxonomy";

/** Letters, digits and symbols that need no escaping in the user-info part of a URL (RFC 3986 section 3.2.1). */
export const PASSWORD_CLASSES = [
  "abcdefghijklmnopqrstuvwxyz",
  "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  "0123456789",
  "-._~*+=,",
] as const;

export const TOKEN_ALPHABETS = {
  base64url: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
  hex: "0123456789abcdef",
} as const;

/**
 * How a value of some category is generated. Lengths are characters of the random part; `prefix` adds
 * `<service>_` in front of it, so that a found key says whose it is.
 */
export type ValueFormat =
  | {
      readonly kind: "token";
      readonly alphabet: keyof typeof TOKEN_ALPHABETS;
      readonly prefix: boolean;
      readonly least: number;
      readonly usual: number;
    }
  | { readonly kind: "password"; readonly least: number; readonly usual: number }
  /** 32 random bytes, written in base64 (RFC 4648 section 4): 44 characters. */
  | { readonly kind: "aes-256-key" }
  /** Made by somebody else; a random value would be of no use. `why` completes "such a value …". */
  | { readonly kind: "issued-elsewhere"; readonly why: string };

/** API keys: 32 characters at least, behind a service prefix [GEN-1]; 43 of base64url are 258 bits. */
const API_KEY = {
  kind: "token",
  alphabet: "base64url",
  prefix: true,
  least: 32,
  usual: 43,
} as const;
const CLIENT_SECRET = { ...API_KEY, prefix: false } as const;
/** Hex, since many webhook senders take the secret as hex text for their HMAC. 256 bits. */
const WEBHOOK = { kind: "token", alphabet: "hex", prefix: true, least: 64, usual: 64 } as const;
/** RFC 7518 section 3.2: at least 256 bits for HS256; 86 characters are 516 bits, enough for HS512. */
const MAC_SECRET = {
  kind: "token",
  alphabet: "base64url",
  prefix: false,
  least: 43,
  usual: 86,
} as const;
/** Passwords: 16 characters at least, of mixed classes [GEN-1]; 32 are 196 bits. */
const PASSWORD = { kind: "password", least: 16, usual: 32 } as const;
const AES_KEY = { kind: "aes-256-key" } as const;

const VENDOR = { kind: "issued-elsewhere", why: "is issued by the vendor" } as const;
const KEY_PAIR = {
  kind: "issued-elsewhere",
  why: "is a private key, made together with its public key where it is used",
} as const;

/** How each category is generated [GEN-1]. */
export const VALUE_FORMATS = {
  "external-api-key": VENDOR,
  "internal-api-key": API_KEY,
  "service-token": API_KEY,
  "integration-credential": API_KEY,
  "ai-provider-key": VENDOR,
  "webhook-secret": WEBHOOK,
  "oauth-client-secret": CLIENT_SECRET,
  "idp-client-secret": CLIENT_SECRET,
  "idp-federation-credential": CLIENT_SECRET,
  "refresh-token": { kind: "issued-elsewhere", why: "is issued by the identity provider" },
  "service-account-credential": PASSWORD,
  "system-credential": PASSWORD,
  "vpn-credential": PASSWORD,
  "configuration-secret": CLIENT_SECRET,
  "database-user": PASSWORD,
  "cache-credential": PASSWORD,
  "data-encryption-key": AES_KEY,
  "key-encryption-key": AES_KEY,
  "transport-key": AES_KEY,
  "backup-key": AES_KEY,
  "signing-key": KEY_PAIR,
  "idp-signing-key": KEY_PAIR,
  "jwt-secret": MAC_SECRET,
  "session-secret": MAC_SECRET,
  "tls-private-key": KEY_PAIR,
  "workload-certificate": KEY_PAIR,
  "workload-token": API_KEY,
  "admin-token": API_KEY,
  "break-glass-credential": PASSWORD,
} as const satisfies Record<SecretCategory, ValueFormat>;
