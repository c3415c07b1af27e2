import * as z from "zod";
import { fromBase64url, toBase32 } from "./bytes.ts";

/** Ids are 128 random bits in Crockford base32 behind a letter that says of what. Never reused, never personal. */
const id = <Brand extends string>(prefix: string, brand: Brand) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}-[0-9a-hjkmnp-tv-z]{26}$`), `not a ${brand}`)
    .brand<Brand>();

export const personId = id("p", "PersonId");
export const deviceId = id("d", "DeviceId");
export const secretId = id("s", "SecretId");
export const requestId = id("r", "RequestId");
export const bindingId = id("b", "BindingId");
export const draftId = id("x", "DraftId");

export type PersonId = z.infer<typeof personId>;
export type DeviceId = z.infer<typeof deviceId>;
export type SecretId = z.infer<typeof secretId>;
export type RequestId = z.infer<typeof requestId>;
export type BindingId = z.infer<typeof bindingId>;
export type DraftId = z.infer<typeof draftId>;

/** Makes the text of an id from 16 random bytes; parse it with the schema to get the brand. */
export function idText(prefix: "p" | "d" | "s" | "r" | "b" | "x", random: Uint8Array): string {
  if (random.length !== 16) throw new TypeError("an id has 16 bytes");
  return `${prefix}-${toBase32(random)}`;
}

/** Exactly `sizeBytes` bytes in the one base64url encoding. */
const fixedBytes = <Brand extends string>(sizeBytes: number, _brand: Brand) =>
  z
    .string()
    .length(Math.ceil((sizeBytes * 4) / 3), { abort: true })
    .refine(
      (text) => fromBase64url(text)?.length === sizeBytes,
      `not ${sizeBytes} bytes, base64url`,
    )
    .brand<Brand>();

/** SHA-256, base64url, 43 characters. */
export const digest = fixedBytes(32, "Digest");
/** Digest of (label, salt, value): shows nothing of the value, and opens to one value only. */
export const commitment = fixedBytes(32, "Commitment");
/** 32 random bytes from the key service; used once. */
export const nonce = fixedBytes(32, "Nonce");
export const salt = fixedBytes(32, "Salt");

export type Digest = z.infer<typeof digest>;
export type Commitment = z.infer<typeof commitment>;
export type Nonce = z.infer<typeof nonce>;
export type Salt = z.infer<typeof salt>;

/** Bytes of bounded size in the one base64url encoding. */
export const base64urlBytes = (minBytes: number, maxBytes: number) =>
  z
    .string()
    .max(Math.ceil((maxBytes * 4) / 3), { abort: true })
    .refine((text) => {
      const bytes = fromBase64url(text);
      return bytes !== null && bytes.length >= minBytes && bytes.length <= maxBytes;
    }, `not ${minBytes} to ${maxBytes} bytes, base64url`);

/** WebAuthn credential id. */
export const credentialId = base64urlBytes(16, 512).brand<"CredentialId">();
export type CredentialId = z.infer<typeof credentialId>;
