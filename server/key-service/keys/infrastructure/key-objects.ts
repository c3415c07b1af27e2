import pkcs11 from "pkcs11js";
import { type KeyAttributes, KeyProviderFault } from "../domain/key-provider.ts";
import { P256_PARAMETERS } from "./attribute-templates.ts";
import type { Cryptoki, Handle } from "./cryptoki.ts";
import { tolerate } from "./cryptoki-module.ts";

export type ObjectClass = KeyAttributes["keyClass"];

export const KEY_CLASSES = ["secret", "private", "public"] as const;

const CLASS_VALUE = {
  secret: pkcs11.CKO_SECRET_KEY,
  private: pkcs11.CKO_PRIVATE_KEY,
  public: pkcs11.CKO_PUBLIC_KEY,
} as const satisfies Record<ObjectClass, number>;

const FIND_PAGE = 64;

/** Handles of all persistent objects of a class, of one label or of any. */
export function findObjects(
  api: Cryptoki,
  session: Handle,
  keyClass: ObjectClass,
  label?: string,
): Handle[] {
  const byLabel = label === undefined ? [] : [{ type: pkcs11.CKA_LABEL, value: label }];
  api.C_FindObjectsInit(session, [
    { type: pkcs11.CKA_CLASS, value: CLASS_VALUE[keyClass] },
    { type: pkcs11.CKA_TOKEN, value: true },
    ...byLabel,
  ]);
  try {
    const found: Handle[] = [];
    for (;;) {
      const page = api.C_FindObjects(session, FIND_PAGE);
      found.push(...page);
      if (page.length < FIND_PAGE) return found;
    }
  } finally {
    tolerate(() => api.C_FindObjectsFinal(session));
  }
}

/** The one object of this class and label, or null. @throws KeyProviderFault `refused` on two. */
export function findOne(
  api: Cryptoki,
  session: Handle,
  keyClass: ObjectClass,
  label: string,
): Handle | null {
  const [first, second] = findObjects(api, session, keyClass, label);
  if (second !== undefined) {
    throw new KeyProviderFault(
      "refused",
      `two ${keyClass} keys on the token are labelled ${label}: which one is meant cannot be known. ` +
        "Find out where the second came from, then remove or relabel it with the vendor's tool",
    );
  }
  return first ?? null;
}

/** One attribute's bytes, or null where the token does not know it for this object. */
export function readAttribute(
  api: Cryptoki,
  session: Handle,
  object: Handle,
  type: number,
): Buffer | null {
  let value: Buffer | null = null;
  tolerate(() => {
    value = api.C_GetAttributeValue(session, object, [{ type }])[0]?.value ?? null;
  });
  return value;
}

/** A usage: an attribute that PKCS#11 defines only for the other class counts as absent. */
type Usage = "encrypt" | "decrypt" | "sign" | "verify" | "wrap" | "unwrap" | "derive";

const USAGES = {
  encrypt: { type: pkcs11.CKA_ENCRYPT, classes: ["secret", "public"] },
  decrypt: { type: pkcs11.CKA_DECRYPT, classes: ["secret", "private"] },
  sign: { type: pkcs11.CKA_SIGN, classes: ["secret", "private"] },
  verify: { type: pkcs11.CKA_VERIFY, classes: ["secret", "public"] },
  wrap: { type: pkcs11.CKA_WRAP, classes: ["secret", "public"] },
  unwrap: { type: pkcs11.CKA_UNWRAP, classes: ["secret", "private"] },
  derive: { type: pkcs11.CKA_DERIVE, classes: ["secret", "private", "public"] },
} as const satisfies Record<Usage, { type: number; classes: readonly ObjectClass[] }>;

/** Reads what the linter judges, attribute by attribute: one unknown type must not hide the rest. */
export function describeObject(
  api: Cryptoki,
  session: Handle,
  object: Handle,
  keyClass: ObjectClass,
): KeyAttributes {
  const flag = (type: number, whenUnknown: boolean): boolean => {
    const value = readAttribute(api, session, object, type);
    return value === null || value.length === 0 ? whenUnknown : value.some((byte) => byte !== 0);
  };
  const isPublic = keyClass === "public";
  const usage = (name: Usage): boolean => {
    const classes: readonly ObjectClass[] = USAGES[name].classes;
    return classes.includes(keyClass) ? flag(USAGES[name].type, true) : false;
  };
  return {
    label: (readAttribute(api, session, object, pkcs11.CKA_LABEL) ?? Buffer.alloc(0))
      .toString("utf8")
      .replaceAll("\0", ""),
    keyClass,
    keyType: keyType(api, session, object),
    sensitive: !isPublic && flag(pkcs11.CKA_SENSITIVE, false),
    extractable: isPublic || flag(pkcs11.CKA_EXTRACTABLE, true),
    alwaysSensitive: !isPublic && flag(pkcs11.CKA_ALWAYS_SENSITIVE, false),
    neverExtractable: !isPublic && flag(pkcs11.CKA_NEVER_EXTRACTABLE, false),
    modifiable: flag(pkcs11.CKA_MODIFIABLE, true),
    encrypt: usage("encrypt"),
    decrypt: usage("decrypt"),
    sign: usage("sign"),
    verify: usage("verify"),
    wrap: usage("wrap"),
    unwrap: usage("unwrap"),
    derive: usage("derive"),
  };
}

function keyType(api: Cryptoki, session: Handle, object: Handle): KeyAttributes["keyType"] {
  const type = readUlong(readAttribute(api, session, object, pkcs11.CKA_KEY_TYPE));
  if (type === pkcs11.CKK_AES) {
    const size = readUlong(readAttribute(api, session, object, pkcs11.CKA_VALUE_LEN));
    return size === 32 ? "aes-256" : "other";
  }
  if (type !== pkcs11.CKK_EC) return "other";
  const parameters = readAttribute(api, session, object, pkcs11.CKA_EC_PARAMS);
  return parameters?.equals(P256_PARAMETERS) ? "p-256" : "other";
}

/** `CK_ULONG` in the machine's order; little-endian on every platform that Node supports with an HSM. */
function readUlong(value: Buffer | null): number | null {
  if (value === null) return null;
  if (value.length === 8) return Number(value.readBigUInt64LE());
  return value.length === 4 ? value.readUInt32LE() : null;
}
