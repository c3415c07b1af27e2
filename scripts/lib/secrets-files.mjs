import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/**
 * Writes a file that only its owner reads, whole or not at all.
 * @param {string} path
 * @param {string} text
 */
export function writePrivate(path, text) {
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, text, { mode: 0o600 });
  chmodSync(partial, 0o600);
  renameSync(partial, path);
}

/**
 * The secret that stands in this file; made up (192 bits, base64url) at the first asking.
 * @param {string} path
 * @returns {string}
 */
export function ensureSecretFile(path) {
  if (!existsSync(path)) writePrivate(path, randomBytes(24).toString("base64url"));
  return readFileSync(path, "utf8");
}
