import { generateKeyPairSync } from "node:crypto";
import { SECRET_CATEGORIES, type SecretCategory } from "@countersign/protocol/taxonomy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Sensitive } from "../../../kernel/sensitive.ts";
import { isRefused, judgeValue } from "./judge-value.ts";

const judge = (category: SecretCategory, value: string | Buffer) =>
  judgeValue(category, new Sensitive(Buffer.from(value)));
const codes = (category: SecretCategory, value: string | Buffer) =>
  judge(category, value).map(({ severity, code }) => `${severity}: ${code}`);

const good = "Tq7-mVx2.Lp9~Rk4*Wz8+Yc3";

describe("GEN-1 an incoming value", () => {
  it.each<[SecretCategory, string | Buffer]>([
    ["database-user", good],
    ["database-user", "pa ss wörd mit Umlaut 1"],
    ["external-api-key", "sk_live_51HxYqT2eZvKYlo2CkR7mN9pQ"],
    ["jwt-secret", Buffer.alloc(32, "0123456789abcdef").toString("base64")],
    ["data-encryption-key", Buffer.from(Array.from({ length: 32 }, (_, n) => n * 7 + 1))],
    ["data-encryption-key", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"],
    ["data-encryption-key", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="],
    ["data-encryption-key", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"],
    [
      "tls-private-key",
      generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
        format: "pem",
        type: "pkcs8",
      }),
    ],
    [
      "tls-private-key",
      generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
        format: "pem",
        type: "sec1",
      }),
    ],
    [
      "signing-key",
      generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
        format: "der",
        type: "pkcs8",
      }),
    ],
    [
      "signing-key",
      generateKeyPairSync("ed25519").privateKey.export({ format: "der", type: "pkcs8" }),
    ],
  ])("that is as it should be for %s is taken without a word", (category, value) => {
    expect(judge(category, value)).toEqual([]);
  });

  it.each<[string, SecretCategory, string | Buffer, string[]]>([
    ["is empty", "database-user", "", ["refusal: empty"]],
    ["is larger than 65,536 bytes", "database-user", Buffer.alloc(65_537), ["refusal: too-large"]],
    ["is a short password", "database-user", "aB3-xYz", ["refusal: too-short"]],
    ["is a legacy password", "database-user", "aB3-xYz9qw", ["warning: short"]],
    ["is a short token", "internal-api-key", "aB3-xYz9qwErT5u", ["refusal: too-short"]],
    ["is a token below 32 characters", "internal-api-key", `${good}`, ["warning: short"]],
    ["is a short MAC secret (RFC 7518)", "jwt-secret", good, ["refusal: too-short"]],
    ["ends with a line break", "database-user", `${good}\n`, ["refusal: ends-with-line-break"]],
    ["ends with CR LF", "database-user", `${good}\r\n`, ["refusal: ends-with-line-break"]],
    ["has several lines", "database-user", `${good}\n${good}`, ["warning: line-breaks"]],
    ["begins with a space", "database-user", ` ${good}`, ["warning: outer-space"]],
    ["ends with a space", "database-user", `${good} `, ["warning: outer-space"]],
    ["holds a zero byte", "database-user", `${good}\0${good}`, ["refusal: zero-byte"]],
    ["holds a tab", "database-user", `${good}\t${good}`, ["warning: control-characters"]],
    [
      "is not UTF-8",
      "database-user",
      Buffer.from([...Buffer.from(good), 0xff]),
      ["warning: not-text"],
    ],
    ["is one character, repeated", "database-user", "a".repeat(40), ["refusal: repetitive"]],
    ["is four characters, repeated", "database-user", "abcd".repeat(10), ["refusal: repetitive"]],
    ["is a placeholder", "database-user", "ChangeMe-1234567", ["refusal: placeholder"]],
    ["is the word password", "database-user", "MyPassword-12345", ["refusal: placeholder"]],
    [
      "is a 128-bit key in hex",
      "data-encryption-key",
      "000102030405060708090a0b0c0d0e0f",
      ["refusal: not-256-bits"],
    ],
    [
      "is a 192-bit key",
      "data-encryption-key",
      Buffer.alloc(24, "abcdefgh!"),
      ["refusal: not-256-bits"],
    ],
    [
      "is a key with a line break",
      "data-encryption-key",
      "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
      ["refusal: not-256-bits"],
    ],
    ["is a key of zeros", "data-encryption-key", Buffer.alloc(32), ["refusal: repetitive"]],
    [
      "is a password instead of a private key",
      "tls-private-key",
      good.repeat(3),
      ["refusal: not-a-private-key"],
    ],
    [
      "is a public key instead of a private one",
      "tls-private-key",
      generateKeyPairSync("ed25519").publicKey.export({ format: "pem", type: "spki" }),
      ["refusal: not-a-private-key"],
    ],
  ])("that %s is named", (_, category, value, expected) => {
    expect(codes(category, value)).toEqual(expected);
  });

  it("has all its faults named at once", () => {
    expect(codes("database-user", " aaaaaaa\0\n")).toEqual([
      "warning: short",
      "refusal: ends-with-line-break",
      "warning: outer-space",
      "refusal: zero-byte",
      "refusal: repetitive",
    ]);
  });

  it("with warnings only is stored; with one refusal it is not", () => {
    expect(isRefused(judge("database-user", "aB3-xYz9qw"))).toBe(false);
    expect(isRefused(judge("database-user", "aB3-xYz9qw\n"))).toBe(true);
  });

  it("LEAK-2 never shows in what is said of it", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SECRET_CATEGORIES),
        fc.string({ minLength: 6, maxLength: 80 }),
        (category, text) => {
          const said = JSON.stringify(judge(category, `Zq${text}Zq`));
          expect(said).not.toContain(JSON.stringify(`Zq${text}Zq`).slice(1, -1));
        },
      ),
    );
  });

  it("whatever it is, is judged without an exception, and is not changed by it", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SECRET_CATEGORIES),
        fc.uint8Array({ maxLength: 400 }),
        (category, bytes) => {
          const value = new Sensitive(bytes);
          judgeValue(category, value);
          expect(value.use((held) => Buffer.from(held))).toEqual(Buffer.from(bytes));
        },
      ),
    );
  });
});
