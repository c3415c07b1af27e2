import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { aNameInEnvironment } from "../testing/arbitrary-values.ts";
import {
  environmentOf,
  ownerName,
  parseSecretReference,
  secretName,
  secretReference,
  serviceName,
  serviceOf,
  spiffeId,
  tenantId,
} from "./names.ts";

// Properties over many statements or code points, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const GOOD = "payments/prod/postgres/app-password";

describe("names of secrets", () => {
  it("NAME-1 are written secret://service/environment/path/name, and read back", () => {
    fc.assert(
      fc.property(aNameInEnvironment, ({ name, environment }) => {
        expect(secretReference(name)).toBe(`secret://${name}`);
        expect(parseSecretReference(secretReference(name))).toBe(name);
        expect(parseSecretReference(name)).toBe(name);
        expect(environmentOf(name)).toBe(environment);
        expect(serviceOf(name)).toBe(name.split("/")[0]);
      }),
    );
  });

  it.each([
    [GOOD],
    ["a/dev/b"],
    ["a.b-c/staging/x/y/z/1/2/3"],
    [`${"a".repeat(64)}/test/${"b".repeat(64)}`],
    ["dev/prod/dev"],
  ])("NAME-1 read %s", (name) => {
    expect(secretName.safeParse(name).success).toBe(true);
  });

  it.each([
    ["an upper-case letter", "Payments/prod/postgres/app-password"],
    ["a Cyrillic а", "pаyments/prod/postgres/app-password"],
    ["a Greek ο", "payments/prοd/postgres/app-password"],
    ["a full-width letter", "ｐayments/prod/postgres/app-password"],
    ["a dotted İ", "paymentİ/prod/postgres/app"],
    ["a dotless ı", "paıments/prod/postgres/app"],
    ["a long ſ, which upper-cases to S", "paymentſ/prod/postgres/app"],
    ["a Kelvin sign, which lower-cases to k", "K/prod/postgres"],
    ["a combining accent", "payments\u0301/prod/postgres/app"],
    ["a composed accent", "payménts/prod/postgres/app"],
    ["a zero-width space", "pay\u200bments/prod/postgres/app"],
    ["a soft hyphen", "pay\u00adments/prod/postgres/app"],
    ["a right-to-left override", "payments/prod/\u202epostgres/app"],
    ["a non-breaking hyphen", "payments/prod/app\u2011password"],
    ["an underscore", "payments/prod/app_password"],
    ["two dots", "payments/prod/../app"],
    ["two dots inside", "payments/prod/a..b"],
    ["one dot", "payments/prod/./app"],
    ["an empty segment", "payments/prod//app"],
    ["a slash at the end", "payments/prod/app/"],
    ["a slash in front", "/payments/prod/app"],
    ["a backslash", "payments\\prod\\app"],
    ["an encoded slash", "payments%2fprod%2fapp"],
    ["an encoded dot", "payments/prod/%2e%2e/app"],
    ["a star", "payments/prod/*"],
    ["a brace", "payments/prod/{{identity}}"],
    ["a segment that ends in a dot", "payments/prod/app."],
    ["a segment that begins with a hyphen", "payments/prod/-app"],
    ["a segment of 65", `payments/prod/${"a".repeat(65)}`],
    ["no path", "payments/prod"],
    ["seven segments of path", "payments/prod/1/2/3/4/5/6/7"],
    ["an environment that is none", "payments/production/app"],
    ["an environment in upper case", "payments/PROD/app"],
    ["a full-width solidus", "payments／prod／app"],
    ["a NUL", "payments/prod/app\u0000"],
    ["a line feed at the end", "payments/prod/app\n"],
    ["a blank", "payments/prod/app password"],
    [
      "257 characters",
      `${"a".repeat(64)}/prod/${"b".repeat(64)}/${"c".repeat(64)}/${"d".repeat(58)}`,
    ],
    ["nothing", ""],
    ["no text", null],
  ])("L2 L3 L6 have one spelling: %s is refused", (_what, name) => {
    expect(secretName.safeParse(GOOD).success).toBe(true);
    expect(secretName.safeParse(name).success).toBe(false);
    if (typeof name === "string") expect(parseSecretReference(`secret://${name}`)).toBeNull();
  });

  it.each(["SECRET://", "secret:/", "secret:///", "secret://secret://", "https://", " secret://"])(
    "L3 another scheme is refused: %s",
    (scheme) => {
      expect(parseSecretReference(scheme + GOOD)).toBeNull();
    },
  );

  it("L2 are equal only if they are the same text, whatever case, width or normal form is folded", () => {
    const near = fc
      .tuple(
        aNameInEnvironment,
        fc.constantFrom(
          (text: string) => text.toUpperCase(),
          (text: string) => text.normalize("NFD"),
          (text: string) => text.replace("a", "а"),
          (text: string) =>
            text.replace(/[a-z]/, (c) => String.fromCodePoint(c.charCodeAt(0) + 0xfee0)),
          (text: string) => `${text} `,
          (text: string) => text.replace("/", "//"),
        ),
      )
      .map(([{ name }, change]) => [name, change(name)] as const);
    fc.assert(
      fc.property(near, ([name, other]) => {
        const read = secretName.safeParse(other);
        expect(read.success).toBe(name === other);
      }),
    );
  });

  it("L6 are judged in bounded time, whatever their length and however they nearly match", () => {
    const started = performance.now();
    for (const text of [
      "a".repeat(5_000_000),
      `${"a-".repeat(127)}!`,
      `a/prod/${"a.".repeat(120)}`,
      `a/prod${"/a".repeat(100)}`,
    ]) {
      expect(secretName.safeParse(text).success).toBe(false);
    }
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe("tenants, services and owners", () => {
  const schemas = [tenantId, serviceName, ownerName];
  it.each(["acme", "a", "9", "a.b", "acme-eu.west", "a".repeat(64)])("read %s", (name) => {
    for (const schema of schemas) expect(schema.safeParse(name).success).toBe(true);
  });
  it.each([
    "",
    "Acme",
    "аcme",
    "acme/eu",
    "a..b",
    ".a",
    "a-",
    "a b",
    "acme\n",
    "a".repeat(65),
    "ACME",
    "ａcme",
  ])("L2 refuse %j", (name) => {
    for (const schema of schemas) expect(schema.safeParse(name).success).toBe(false);
  });
});

describe("SPIFFE ids", () => {
  it.each([
    "spiffe://acme.example/payments/api",
    "spiffe://acme_eu.example/ns/prod/sa/App",
    "spiffe://a/b",
  ])("read %s", (id) => {
    expect(spiffeId.safeParse(id).success).toBe(true);
  });
  it.each([
    "spiffe://Acme.example/api",
    "SPIFFE://acme.example/api",
    "spiffe://acme.example",
    "spiffe://acme.example/",
    "spiffe://acme.example//api",
    "spiffe://acme.example/api/",
    "spiffe://acme.example/../api",
    "spiffe://acme.example/api/..",
    "spiffe://acme.example/./api",
    "spiffe://acme.example/api?x=1",
    "spiffe://acme.example/api#x",
    "spiffe://acme.example:8443/api",
    "spiffe://user@acme.example/api",
    "spiffe://acme.example/api%2f",
    "spiffe://acme.example/аpi",
    "spiffe://acme.example/api\n",
    `spiffe://acme.example/${"a".repeat(512)}`,
    `spiffe://${"a".repeat(256)}/b`,
  ])("refuse %j", (id) => {
    expect(spiffeId.safeParse(id).success).toBe(false);
  });
});
