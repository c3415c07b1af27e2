import { isUtf8 } from "node:buffer";
import type { SecretCategory } from "@countersign/protocol/taxonomy";
import type { Sensitive } from "../../../kernel/sensitive.ts";
import { distinctBytes, endsWithLineBreak, includesAscii, rawKeySize } from "./value-bytes.ts";

/**
 * What is wrong with a value that somebody puts. `refusal`: it is not stored. `warning`: it is stored,
 * and the person is told. The sentence holds nothing of the value, not even its length where that helps
 * a guesser: bounds are the rule's, not the value's.
 */
export type ValueFinding = {
  readonly severity: "refusal" | "warning";
  readonly code: ValueFindingCode;
  readonly sentence: string;
};

export type ValueFindingCode =
  | "empty"
  | "too-large"
  | "too-short"
  | "short"
  | "placeholder"
  | "repetitive"
  | "ends-with-line-break"
  | "line-breaks"
  | "outer-space"
  | "zero-byte"
  | "control-characters"
  | "not-text"
  | "not-256-bits"
  | "not-a-private-key";

/** `line`: one line of text. `key-bytes`: AES-256 in raw, hex or base64. `private-key`: PEM or DER. */
type Shape = "line" | "key-bytes" | "private-key";
type Expectation = {
  readonly shape: Shape;
  /** Bytes below which a value is refused, and below which it is stored with a warning. */
  readonly refuseBelow: number;
  readonly warnBelow: number;
};

const MAX_BYTES = 65_536;

/**
 * What an incoming value must look like. Looser than what is generated: a legacy password of ten
 * characters exists, and refusing to keep it would leave it in a file.
 */
const TOKEN: Expectation = { shape: "line", refuseBelow: 16, warnBelow: 32 };
const PASSWORD: Expectation = { shape: "line", refuseBelow: 8, warnBelow: 16 };
/** RFC 7518 section 3.2: 256 bits at least. */
const MAC_SECRET: Expectation = { shape: "line", refuseBelow: 32, warnBelow: 43 };
const AES_KEY: Expectation = { shape: "key-bytes", refuseBelow: 32, warnBelow: 32 };
const PRIVATE_KEY: Expectation = { shape: "private-key", refuseBelow: 32, warnBelow: 32 };

const EXPECTATIONS = {
  "external-api-key": TOKEN,
  "internal-api-key": TOKEN,
  "service-token": TOKEN,
  "integration-credential": TOKEN,
  "ai-provider-key": TOKEN,
  "webhook-secret": TOKEN,
  "oauth-client-secret": TOKEN,
  "idp-client-secret": TOKEN,
  "idp-federation-credential": TOKEN,
  "refresh-token": TOKEN,
  "service-account-credential": PASSWORD,
  "system-credential": PASSWORD,
  "vpn-credential": PASSWORD,
  "configuration-secret": PASSWORD,
  "database-user": PASSWORD,
  "cache-credential": PASSWORD,
  "data-encryption-key": AES_KEY,
  "key-encryption-key": AES_KEY,
  "transport-key": AES_KEY,
  "backup-key": AES_KEY,
  "signing-key": PRIVATE_KEY,
  "idp-signing-key": PRIVATE_KEY,
  "jwt-secret": MAC_SECRET,
  "session-secret": MAC_SECRET,
  "tls-private-key": PRIVATE_KEY,
  "workload-certificate": PRIVATE_KEY,
  "workload-token": TOKEN,
  "admin-token": TOKEN,
  "break-glass-credential": PASSWORD,
} as const satisfies Record<SecretCategory, Expectation>;

/** Found anywhere in a short value, whatever the case: nobody generated these. */
const PLACEHOLDERS = [
  "changeme",
  "change-me",
  "password",
  "passw0rd",
  "placeholder",
  "example",
  "secret",
  "todo",
  "dummy",
  "xxxx",
  "12345678",
  "qwerty",
];
const PLACEHOLDER_UP_TO_BYTES = 24;

/** Judges a value that comes in, by its category [GEN-1]. An empty list: nothing to say. */
export function judgeValue(category: SecretCategory, value: Sensitive): ValueFinding[] {
  if (value.sizeBytes === 0) return [refusal("empty", "the value is empty")];
  if (value.sizeBytes > MAX_BYTES) {
    return [refusal("too-large", `the value has more than ${MAX_BYTES} bytes`)];
  }
  const expected = EXPECTATIONS[category];
  return value.use((bytes) => {
    switch (expected.shape) {
      case "line":
        return [...judgeSize(bytes, expected), ...judgeLine(bytes)];
      case "key-bytes":
        return judgeKeyBytes(bytes);
      case "private-key":
        return judgePrivateKey(bytes);
    }
  });
}

export function isRefused(findings: readonly ValueFinding[]): boolean {
  return findings.some((finding) => finding.severity === "refusal");
}

function judgeSize(bytes: Buffer, { refuseBelow, warnBelow }: Expectation): ValueFinding[] {
  if (bytes.length < refuseBelow) {
    return [refusal("too-short", `such a value has ${refuseBelow} characters or more`)];
  }
  if (bytes.length >= warnBelow) return [];
  return [
    warning("short", `such a value should have ${warnBelow} characters or more: rotate it soon`),
  ];
}

function judgeLine(bytes: Buffer): ValueFinding[] {
  const found: ValueFinding[] = [];
  if (endsWithLineBreak(bytes)) {
    found.push(
      refusal(
        "ends-with-line-break",
        "the value ends with a line break, which would become part of it and make it fail where it is used: " +
          "send it without, e.g. with `printf %s` instead of `echo`",
      ),
    );
  } else if (bytes.some((byte) => byte === 0x0a || byte === 0x0d)) {
    found.push(warning("line-breaks", "the value has several lines: it is kept as it is"));
  }
  if (bytes[0] === 0x20 || bytes.at(-1) === 0x20) {
    found.push(
      warning("outer-space", "the value begins or ends with a space: it is kept as it is"),
    );
  }
  if (bytes.includes(0)) {
    found.push(
      refusal("zero-byte", "the value holds a zero byte: no environment variable can carry it"),
    );
  }
  if (bytes.some((byte) => isControl(byte))) {
    found.push(
      warning("control-characters", "the value holds control characters: it is kept as it is"),
    );
  }
  if (!isUtf8(bytes)) {
    found.push(warning("not-text", "the value is not UTF-8 text: it is kept as it is"));
  }
  if (distinctBytes(bytes) < 5) {
    found.push(
      refusal(
        "repetitive",
        "the value repeats a few characters: anybody can guess it. Generate one",
      ),
    );
  }
  if (
    bytes.length <= PLACEHOLDER_UP_TO_BYTES &&
    PLACEHOLDERS.some((word) => includesAscii(bytes, word))
  ) {
    found.push(
      refusal("placeholder", "the value looks like a placeholder, not like a secret. Generate one"),
    );
  }
  return found;
}

function judgeKeyBytes(bytes: Buffer): ValueFinding[] {
  if (rawKeySize(bytes) !== 32) {
    return [
      refusal(
        "not-256-bits",
        "the value is not an AES-256 key: 32 bytes, or those as 64 hexadecimal or 44 base64 characters, " +
          "without a line break",
      ),
    ];
  }
  if (distinctBytes(bytes) >= 5) return [];
  return [refusal("repetitive", "the key repeats a few bytes: anybody can guess it. Generate one")];
}

/** DER of PKCS#8, SEC 1 or PKCS#1 all begin with a SEQUENCE that holds a small INTEGER version. */
function judgePrivateKey(bytes: Buffer): ValueFinding[] {
  const isPem = includesAscii(bytes, "private key-----");
  const isDer = bytes[0] === 0x30 && bytes.subarray(2, 8).includes(Buffer.from([0x02, 0x01]));
  if (isPem || isDer) return [];
  return [
    refusal(
      "not-a-private-key",
      "the value is not a private key in PEM or DER: a certificate or a public key needs no secret",
    ),
  ];
}

function isControl(byte: number): boolean {
  return (byte < 0x20 && byte !== 0 && byte !== 0x0a && byte !== 0x0d) || byte === 0x7f;
}

function refusal(code: ValueFindingCode, sentence: string): ValueFinding {
  return { severity: "refusal", code, sentence };
}

function warning(code: ValueFindingCode, sentence: string): ValueFinding {
  return { severity: "warning", code, sentence };
}
