import { generateKeyPairSync, type KeyObject, randomInt, sign } from "node:crypto";
import type { CborInput } from "../../scripts/authenticator/cbor-writer.ts";
import type { Attestation } from "./software-authenticator.ts";

/* Certificates of an invented maker of keys, in DER by hand: Node reads certificates but makes none. */

export type CertificateOptions = {
  readonly subject: string;
  /** Signs itself where there is none. */
  readonly issuer?: TestCertificate;
  readonly isAuthority?: boolean;
  readonly validFrom?: Date;
  readonly validTo?: Date;
  /** 16 bytes: extension id-fido-gen-ce-aaguid. */
  readonly aaguid?: Uint8Array;
};

export type TestCertificate = {
  readonly subject: string;
  readonly privateKey: KeyObject;
  readonly der: Buffer;
  readonly pem: string;
};

/** P-256, X.509 version 3, valid from 2020 to 2090 unless told. */
export function makeCertificate(options: CertificateOptions): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = options.issuer ?? { subject: options.subject, privateKey };
  const basicConstraints = sequence(
    ...(options.isAuthority ? [tag(0x01, Buffer.from([0xff]))] : []),
  );
  const extensions = [extension("551d13", basicConstraints, true)];
  if (options.aaguid)
    extensions.push(extension("2b0601040182e51c010104", tag(0x04, options.aaguid)));
  const body = sequence(
    tag(0xa0, integer(2)),
    integer(randomInt(1, 2 ** 31)),
    ECDSA_SHA256,
    name(issuer.subject),
    sequence(
      time(options.validFrom ?? new Date("2020-01-01")),
      time(options.validTo ?? new Date("2090-01-01")),
    ),
    name(options.subject),
    publicKey.export({ type: "spki", format: "der" }),
    tag(0xa3, sequence(...extensions)),
  );
  const signature = sign("sha256", body, issuer.privateKey);
  const der = sequence(body, ECDSA_SHA256, tag(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const base64 = der.toString("base64").replace(/.{64}/g, "$&\n");
  const pem = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
  return { subject: options.subject, privateKey, der, pem };
}

/** Packed attestation by the maker's certificate; `chain` leaf first. */
export function certifiedBy(
  ...chain: readonly [TestCertificate, ...TestCertificate[]]
): Attestation {
  return (signedBytes) => ({
    format: "packed",
    statement: new Map<string, CborInput>([
      ["alg", -7],
      ["sig", sign("sha256", signedBytes, chain[0].privateKey)],
      ["x5c", chain.map((it) => it.der)],
    ]),
  });
}

const ECDSA_SHA256 = sequence(tag(0x06, Buffer.from("2a8648ce3d040302", "hex")));

/** WebAuthn Level 3, section 8.2.1 wants C, O, OU = "Authenticator Attestation" and CN. */
function name(commonName: string): Buffer {
  return sequence(
    attribute("550406", "SE", 0x13),
    attribute("55040a", "Test Keys"),
    attribute("55040b", "Authenticator Attestation"),
    attribute("550403", commonName),
  );
}

function attribute(oid: string, text: string, type = 0x0c): Buffer {
  return tag(0x31, sequence(tag(0x06, Buffer.from(oid, "hex")), tag(type, Buffer.from(text))));
}

function extension(oid: string, value: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [tag(0x01, Buffer.from([0xff]))] : [];
  return sequence(tag(0x06, Buffer.from(oid, "hex")), ...critical, tag(0x04, value));
}

function time(at: Date): Buffer {
  return tag(0x18, Buffer.from(`${at.toISOString().replace(/[-:T]|\.\d+/g, "")}`));
}

/** Below 2^31. */
function integer(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(value, 1);
  // Shortest form that starts with a clear sign bit.
  let at = 0;
  while (at < 4 && bytes[at] === 0 && ((bytes[at + 1] ?? 0) & 0x80) === 0) at += 1;
  return tag(0x02, bytes.subarray(at));
}

function sequence(...items: Uint8Array[]): Buffer {
  return tag(0x30, Buffer.concat(items));
}

function tag(type: number, value: Uint8Array): Buffer {
  const size = value.length;
  const head =
    size < 128
      ? [type, size]
      : size < 256
        ? [type, 0x81, size]
        : [type, 0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from(head), value]);
}
