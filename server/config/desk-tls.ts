import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { ConfigurationFault } from "./environment.ts";
import { readSecretFile } from "./secret-file.ts";

/** PEM. The certificate may be followed by its chain. */
export type DeskTls = { readonly certificate: string; readonly privateKey: string };

export type DeskTlsFiles = {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** The desk's name, which the certificate must be for. */
  readonly host: string;
};

const CERT = "COUNTERSIGN_DESK_TLS_CERT";
const KEY = "COUNTERSIGN_DESK_TLS_KEY";

/** Both files, or null where neither is named. @throws ConfigurationFault */
export function deskTlsFiles(
  certificateFile: string | undefined,
  keyFile: string | undefined,
  origin: string,
): DeskTlsFiles | null {
  if (certificateFile === undefined && keyFile === undefined) return null;
  if (certificateFile === undefined) throw fault(CERT, `is missing, while ${KEY} is given.`);
  if (keyFile === undefined) throw fault(KEY, `is missing, while ${CERT} is given.`);
  const { protocol, hostname } = new URL(origin);
  if (protocol !== "https:") {
    throw fault(
      "COUNTERSIGN_DESK_ORIGIN",
      `is http, while ${CERT} is given: browsers would look for the desk at ${origin} and not find it. Give https.`,
    );
  }
  return { certificateFile, keyFile, host: hostname };
}

/**
 * Reads the desk's certificate and key, at start and whenever they were renewed, and proves that browsers will
 * take them as far as that can be known here: they belong together, name the desk's host, and are in date.
 *
 * @param now for the dates of the certificate
 * @throws ConfigurationFault
 */
export function readDeskTls(files: DeskTlsFiles, now = new Date()): DeskTls {
  const privateKey = readSecretFile(files.keyFile, KEY);
  const { pem, parsed } = readCertificate(files.certificateFile);
  if (!belongTogether(parsed, privateKey)) {
    throw fault(
      KEY,
      `the file ${files.keyFile} is not the private key of ${files.certificateFile}, in PEM and without a passphrase.`,
    );
  }
  if (parsed.checkHost(files.host) === undefined) {
    throw fault(
      CERT,
      `the certificate in ${files.certificateFile} is not for ${files.host}, the desk's host.`,
    );
  }
  if (now < new Date(parsed.validFrom) || new Date(parsed.validTo) < now) {
    throw fault(
      CERT,
      `the certificate in ${files.certificateFile} is valid from ${parsed.validFrom} to ${parsed.validTo}, not now. Renew it, or set the clock.`,
    );
  }
  return { certificate: pem, privateKey };
}

function readCertificate(path: string): {
  readonly pem: string;
  readonly parsed: X509Certificate;
} {
  try {
    const pem = readFileSync(path, "utf8");
    return { pem, parsed: new X509Certificate(pem) };
  } catch {
    throw fault(CERT, `the file ${path} does not hold a certificate in PEM that can be read.`);
  }
}

function belongTogether(certificate: X509Certificate, privateKey: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    return false; // not a key, or one with a passphrase
  }
}

function fault(variable: string, problem: string): ConfigurationFault {
  return new ConfigurationFault([{ variable, problem }]);
}
