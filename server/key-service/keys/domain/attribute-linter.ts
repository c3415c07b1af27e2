import { type ParsedKeyLabel, parseKeyLabel } from "./key-label.ts";
import type { KeyAttributes } from "./key-provider.ts";

/**
 * What is wrong with one key on the token, as a sentence that says what to do.
 *
 * `refuse`: the service must not serve with it. `report`: an officer should know; the service never
 * uses such a key by itself.
 */
export type KeyViolation = {
  readonly label: string;
  readonly severity: "refuse" | "report";
  readonly sentence: string;
};

type Flag = Exclude<keyof KeyAttributes, "label" | "keyClass" | "keyType">;
type Rule = { readonly flag: Flag; readonly must: boolean; readonly because: string };

const HIDDEN: readonly Rule[] = [
  { flag: "sensitive", must: true, because: "its value can be read in clear" },
  { flag: "extractable", must: false, because: "it can be carried off the token" },
  { flag: "alwaysSensitive", must: true, because: "its value once stood outside the token" },
  { flag: "neverExtractable", must: true, because: "it could once be carried off the token" },
  { flag: "modifiable", must: false, because: "its usages can be widened later" },
];

const RULES = {
  secret: [
    ...HIDDEN,
    { flag: "encrypt", must: true, because: "it cannot seal data keys" },
    { flag: "decrypt", must: true, because: "it cannot open data keys" },
    { flag: "wrap", must: false, because: "a key that wraps and decrypts leaks what it wraps" },
    { flag: "unwrap", must: false, because: "it could plant keys of known value" },
    { flag: "derive", must: false, because: "keys could be derived from it and read" },
    { flag: "sign", must: false, because: "one key must have one purpose" },
    { flag: "verify", must: false, because: "one key must have one purpose" },
  ],
  private: [
    ...HIDDEN,
    { flag: "sign", must: true, because: "it cannot sign" },
    { flag: "decrypt", must: false, because: "one key must have one purpose" },
    { flag: "unwrap", must: false, because: "one key must have one purpose" },
    { flag: "derive", must: false, because: "one key must have one purpose" },
  ],
  public: [
    { flag: "modifiable", must: false, because: "its usages can be widened later" },
    { flag: "verify", must: true, because: "it cannot verify" },
    { flag: "encrypt", must: false, because: "one key must have one purpose" },
    { flag: "wrap", must: false, because: "keys could be carried off the token under it" },
    { flag: "derive", must: false, because: "one key must have one purpose" },
  ],
} as const satisfies Record<KeyAttributes["keyClass"], readonly Rule[]>;

/**
 * Judges every key on the token [KEY-1]: keys named by the grammar must have exactly the attributes of
 * their purpose, one object of each class, and both halves of a pair. Keys outside the grammar are
 * reported. Order follows the inventory; an empty list is a clean token.
 */
export function lintKeys(inventory: readonly KeyAttributes[]): KeyViolation[] {
  const violations: KeyViolation[] = [];
  for (const [label, keys] of byLabel(inventory)) {
    const parsed = parseKeyLabel(label);
    if (parsed === null) {
      for (const key of keys) violations.push(unknownKey(key));
      continue;
    }
    violations.push(...wrongObjects(label, parsed, keys));
    for (const key of keys) violations.push(...wrongAttributes(key));
  }
  return violations;
}

/** The rule at start-up: one violation of severity `refuse` and the service does not serve. */
export function refusesToServe(violations: readonly KeyViolation[]): boolean {
  return violations.some((violation) => violation.severity === "refuse");
}

function wrongAttributes(key: KeyAttributes): KeyViolation[] {
  const rules: readonly Rule[] = RULES[key.keyClass];
  const broken = rules.filter((rule) => key[rule.flag] !== rule.must);
  const expectedType = key.keyClass === "secret" ? "aes-256" : "p-256";
  const found = broken.map((rule) =>
    refuse(
      key.label,
      `the ${key.keyClass} key ${key.label} ${rule.must ? "is not" : "is"} ${WORDS[rule.flag]}: ${rule.because}. ` +
        "Generate the next version, move what depends on this one, and destroy it",
    ),
  );
  if (key.keyType === expectedType) return found;
  return [
    ...found,
    refuse(
      key.label,
      `the ${key.keyClass} key ${key.label} is not ${expectedType === "aes-256" ? "AES-256" : "P-256"}: ` +
        "it was not made by this service. Find out where it came from, and destroy it",
    ),
  ];
}

const WORDS = {
  sensitive: "sensitive",
  extractable: "extractable",
  alwaysSensitive: "always sensitive",
  neverExtractable: "never extractable",
  modifiable: "modifiable",
  encrypt: "allowed to encrypt",
  decrypt: "allowed to decrypt",
  sign: "allowed to sign",
  verify: "allowed to verify",
  wrap: "allowed to wrap",
  unwrap: "allowed to unwrap",
  derive: "allowed to derive",
} as const satisfies Record<Flag, string>;

function wrongObjects(
  label: string,
  parsed: ParsedKeyLabel,
  keys: readonly KeyAttributes[],
): KeyViolation[] {
  const expected: readonly KeyAttributes["keyClass"][] =
    parsed.purpose === "tenant-kek" ? ["secret"] : ["private", "public"];
  const found: KeyViolation[] = [];
  for (const keyClass of ["secret", "private", "public"] as const) {
    const count = keys.filter((key) => key.keyClass === keyClass).length;
    const wanted = expected.includes(keyClass) ? 1 : 0;
    if (count === wanted) continue;
    found.push(
      refuse(
        label,
        count < wanted
          ? `${label} has no ${keyClass} half: restore the token, or generate the next version`
          : `${label} names ${count} ${keyClass} keys instead of ${wanted}: which one is meant cannot be ` +
              "known. Find out where the others came from, and remove them",
      ),
    );
  }
  return found;
}

function unknownKey(key: KeyAttributes): KeyViolation {
  const name = key.label === "" ? "without a label" : `labelled ${JSON.stringify(key.label)}`;
  return {
    label: key.label,
    severity: "report",
    sentence:
      `the token holds a ${key.keyClass} key ${name}, which this service did not make and never uses: ` +
      "find out whose it is; this token should hold nothing else",
  };
}

function refuse(label: string, sentence: string): KeyViolation {
  return { label, severity: "refuse", sentence };
}

function byLabel(inventory: readonly KeyAttributes[]): Map<string, KeyAttributes[]> {
  const groups = new Map<string, KeyAttributes[]>();
  for (const key of inventory) {
    const group = groups.get(key.label);
    if (group === undefined) groups.set(key.label, [key]);
    else group.push(key);
  }
  return groups;
}
