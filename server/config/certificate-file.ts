import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { ConfigurationFault } from "./environment.ts";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * Reads the certificates of a PEM file, one or more.
 *
 * @param variable the environment variable that named it, for the message
 * @returns each as PEM
 * @throws ConfigurationFault where it cannot be read, or holds none, or one that is damaged
 */
export function readCertificates(path: string, variable: string): readonly string[] {
  let found: string[] = [];
  try {
    found = readFileSync(path, "utf8").match(CERTIFICATE) ?? [];
    for (const pem of found) new X509Certificate(pem);
  } catch {
    found = [];
  }
  if (found.length > 0) return found;
  const problem = `the file ${path} does not hold certificates in PEM that can be read. Convert or remove it.`;
  throw new ConfigurationFault([{ variable, problem }]);
}
