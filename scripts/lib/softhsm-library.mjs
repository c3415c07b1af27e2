import { existsSync } from "node:fs";
import { join } from "node:path";
import { stateDir } from "./paths.mjs";

/** Where distributions install SoftHSM, after our own unpacked copy. */
const PLACES = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib64/softhsm/libsofthsm2.so",
  "/usr/lib64/pkcs11/libsofthsm2.so",
  "/usr/local/lib/softhsm/libsofthsm2.so",
  "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];

/** Root of a SoftHSM that was unpacked here because it could not be installed. */
export const unpackedSoftHsm = join(stateDir, "softhsm");

/** @returns {string | null} absolute path of libsofthsm2.so */
export function findSoftHsm() {
  const unpacked = join(unpackedSoftHsm, "usr", "lib", "softhsm", "libsofthsm2.so");
  return [unpacked, ...PLACES].find((path) => existsSync(path)) ?? null;
}

/** @returns {string | null} absolute path of NSS's softokn, the second token of the tests */
export function findNssSoftokn() {
  const folders = [
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
  ];
  const paths = folders.flatMap((folder) => [
    join(folder, "libsoftokn3.so"),
    join(folder, "nss", "libsoftokn3.so"),
  ]);
  return paths.find((path) => existsSync(path)) ?? null;
}

/**
 * The text of a softhsm2.conf.
 * @param {string} tokenDir absolute
 */
export function softHsmConf(tokenDir) {
  return `directories.tokendir = ${tokenDir}\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n`;
}
