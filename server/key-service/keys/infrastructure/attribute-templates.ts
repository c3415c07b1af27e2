import pkcs11 from "pkcs11js";

type Template = { type: number; value: number | boolean | string | Buffer }[];

/** DER of the named curve P-256 (1.2.840.10045.3.1.7). */
export const P256_PARAMETERS = Buffer.from("06082a8648ce3d030107", "hex");

const PROTECTED = {
  [pkcs11.CKA_TOKEN]: true,
  [pkcs11.CKA_PRIVATE]: true,
  [pkcs11.CKA_SENSITIVE]: true,
  [pkcs11.CKA_EXTRACTABLE]: false,
  [pkcs11.CKA_MODIFIABLE]: false,
} as const;

/**
 * AES-256, ENCRYPT and DECRYPT only. Every other usage is refused in so many words: SoftHSM gives a
 * key all usages that its template leaves out, and a key with both WRAP and DECRYPT leaks the keys
 * that it wraps.
 */
export function encryptionKeyTemplate(label: string): Template {
  return template({
    [pkcs11.CKA_CLASS]: pkcs11.CKO_SECRET_KEY,
    [pkcs11.CKA_KEY_TYPE]: pkcs11.CKK_AES,
    [pkcs11.CKA_VALUE_LEN]: 32,
    ...PROTECTED,
    ...names(label),
    [pkcs11.CKA_ENCRYPT]: true,
    [pkcs11.CKA_DECRYPT]: true,
    [pkcs11.CKA_SIGN]: false,
    [pkcs11.CKA_VERIFY]: false,
    [pkcs11.CKA_WRAP]: false,
    [pkcs11.CKA_UNWRAP]: false,
    [pkcs11.CKA_DERIVE]: false,
  });
}

/** The private half of a P-256 pair, SIGN only. */
export function signingPrivateKeyTemplate(label: string): Template {
  return template({
    [pkcs11.CKA_CLASS]: pkcs11.CKO_PRIVATE_KEY,
    [pkcs11.CKA_KEY_TYPE]: pkcs11.CKK_EC,
    ...PROTECTED,
    ...names(label),
    [pkcs11.CKA_SIGN]: true,
    [pkcs11.CKA_SIGN_RECOVER]: false,
    [pkcs11.CKA_DECRYPT]: false,
    [pkcs11.CKA_UNWRAP]: false,
    [pkcs11.CKA_DERIVE]: false,
  });
}

export function signingPublicKeyTemplate(label: string): Template {
  return template({
    [pkcs11.CKA_CLASS]: pkcs11.CKO_PUBLIC_KEY,
    [pkcs11.CKA_KEY_TYPE]: pkcs11.CKK_EC,
    [pkcs11.CKA_EC_PARAMS]: P256_PARAMETERS,
    [pkcs11.CKA_TOKEN]: true,
    [pkcs11.CKA_PRIVATE]: false,
    [pkcs11.CKA_MODIFIABLE]: false,
    ...names(label),
    [pkcs11.CKA_VERIFY]: true,
    [pkcs11.CKA_VERIFY_RECOVER]: false,
    [pkcs11.CKA_ENCRYPT]: false,
    [pkcs11.CKA_WRAP]: false,
    [pkcs11.CKA_DERIVE]: false,
  });
}

function names(label: string) {
  return { [pkcs11.CKA_LABEL]: label, [pkcs11.CKA_ID]: Buffer.from(label, "utf8") };
}

function template(attributes: Record<number, number | boolean | string | Buffer>): Template {
  return Object.entries(attributes).map(([type, value]) => ({ type: Number(type), value }));
}
