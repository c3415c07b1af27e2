import { describe, expect, it } from "vitest";
import { lintKeys, refusesToServe } from "./attribute-linter.ts";
import type { KeyAttributes } from "./key-provider.ts";

const NONE = {
  encrypt: false,
  decrypt: false,
  sign: false,
  verify: false,
  wrap: false,
  unwrap: false,
  derive: false,
} as const;

const HIDDEN = {
  sensitive: true,
  extractable: false,
  alwaysSensitive: true,
  neverExtractable: true,
  modifiable: false,
} as const;

const kek: KeyAttributes = {
  label: "kek/acme/v1",
  keyClass: "secret",
  keyType: "aes-256",
  ...HIDDEN,
  ...NONE,
  encrypt: true,
  decrypt: true,
};
const logPrivate: KeyAttributes = {
  label: "log/v1",
  keyClass: "private",
  keyType: "p-256",
  ...HIDDEN,
  ...NONE,
  sign: true,
};
const logPublic: KeyAttributes = {
  label: "log/v1",
  keyClass: "public",
  keyType: "p-256",
  sensitive: false,
  extractable: true,
  alwaysSensitive: false,
  neverExtractable: false,
  modifiable: false,
  ...NONE,
  verify: true,
};
const clean = [kek, logPrivate, logPublic];

describe("KEY-1 the attribute linter", () => {
  it("finds nothing on a clean token, and lets the service serve", () => {
    expect(lintKeys(clean)).toEqual([]);
    expect(refusesToServe([])).toBe(false);
  });

  const judged: [KeyAttributes, readonly (keyof KeyAttributes)[]][] = [
    [
      kek,
      [
        "sensitive",
        "extractable",
        "alwaysSensitive",
        "neverExtractable",
        "modifiable",
        "encrypt",
        "decrypt",
        "sign",
        "verify",
        "wrap",
        "unwrap",
        "derive",
      ],
    ],
    [
      logPrivate,
      [
        "sensitive",
        "extractable",
        "alwaysSensitive",
        "neverExtractable",
        "modifiable",
        "sign",
        "decrypt",
        "unwrap",
        "derive",
      ],
    ],
    [logPublic, ["modifiable", "verify", "encrypt", "wrap", "derive"]],
  ];
  for (const [key, flags] of judged) {
    it.each(flags)(
      `refuses a ${key.label} ${key.keyClass} key whose %s is turned round`,
      (flag) => {
        const bent = clean.map((each) => (each === key ? { ...key, [flag]: !key[flag] } : each));
        const violations = lintKeys(bent);
        expect(violations).toHaveLength(1);
        expect(violations[0]).toMatchObject({ label: key.label, severity: "refuse" });
        expect(violations[0]?.sentence).toContain(key.label);
        expect(refusesToServe(violations)).toBe(true);
      },
    );
  }

  it("names wrap-then-decrypt for what it is", () => {
    const [violation] = lintKeys([{ ...kek, wrap: true }]);
    expect(violation?.sentence).toBe(
      "the secret key kek/acme/v1 is allowed to wrap: a key that wraps and decrypts leaks what it wraps. " +
        "Generate the next version, move what depends on this one, and destroy it",
    );
  });

  it.each<[string, KeyAttributes[]]>([
    ["a tenant's key that is not AES-256", [{ ...kek, keyType: "other" }]],
    ["a signing key that is not P-256", [{ ...logPrivate, keyType: "other" }, logPublic]],
    ["two keys of one name", [kek, kek]],
    ["a signing key without its public half", [logPrivate]],
    ["a public half without its private one", [logPublic]],
    [
      "a secret key under a signing key's name",
      [{ ...kek, label: "log/v1" }, logPrivate, logPublic],
    ],
    [
      "a key pair under a tenant's name",
      [
        { ...logPrivate, label: "kek/acme/v1" },
        { ...logPublic, label: "kek/acme/v1" },
      ],
    ],
  ])("refuses %s", (_, inventory) => {
    expect(refusesToServe(lintKeys(inventory))).toBe(true);
  });

  it.each([
    "",
    "spare",
    "kek/acme",
    "kek//v1",
    "kek/acme/v0",
    "KEK/acme/v1",
    "log/v1 ",
    "kek/a/b/v1",
  ])("reports a key labelled %j that it does not know, and serves on", (label) => {
    const violations = lintKeys([...clean, { ...kek, label, wrap: true }]);
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatchObject({ label, severity: "report" });
    expect(violations[0]?.sentence).toMatch(/did not make and never uses/);
    expect(refusesToServe(violations)).toBe(false);
  });

  it("reports all that is wrong, not the first only", () => {
    const violations = lintKeys([
      { ...kek, wrap: true, extractable: true },
      { ...logPrivate, decrypt: true },
      logPublic,
    ]);
    expect(violations.map((violation) => violation.label)).toEqual([
      "kek/acme/v1",
      "kek/acme/v1",
      "log/v1",
    ]);
  });
});
