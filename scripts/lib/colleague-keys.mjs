import { existsSync, readFileSync } from "node:fs";
import { inState } from "./paths.mjs";
import { writePrivate } from "./secrets-files.mjs";

/**
 * The software keys of the colleagues, with which the demonstration plays them. Development only, 0600.
 * @typedef {{ name: string, credentialId: string, userHandle: string, privateKey: string }} ColleagueKey
 */
const file = () => inState("seed", "colleague-keys.json");

/** @param {Record<string, ColleagueKey>} keys by their subject at the identity provider */
export function keepColleagueKeys(keys) {
  writePrivate(file(), JSON.stringify(keys, null, 2));
}

/** @returns {Record<string, ColleagueKey> | null} null where the installation began empty */
export function readColleagueKeys() {
  return existsSync(file()) ? JSON.parse(readFileSync(file(), "utf8")) : null;
}

/** @returns {string[]} */
export function colleagueNames() {
  return Object.values(readColleagueKeys() ?? {}).map(({ name }) => name);
}
