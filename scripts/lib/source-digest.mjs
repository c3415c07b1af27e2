import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { inRoot } from "./paths.mjs";

/**
 * SHA-256, hex, over names and contents of all files at and below these paths of the checkout: equal as long as no
 * source changed. Specifications are left out: they build nothing.
 *
 * @param {readonly string[]} paths below the checkout; one that is missing counts as such
 */
export function sourceDigest(paths) {
  const hash = createHash("sha256");
  for (const path of [...paths].sort()) add(hash, path);
  return hash.digest("hex");
}

/**
 * @param {import("node:crypto").Hash} hash
 * @param {string} path
 */
function add(hash, path) {
  const absolute = inRoot(path);
  if (!existsSync(absolute)) return hash.update(`\0${path}\0missing`);
  if (statSync(absolute).isDirectory()) {
    for (const name of readdirSync(absolute).sort()) add(hash, `${path}/${name}`);
  } else if (!/\.spec\.tsx?$/.test(path)) {
    hash.update(`\0${path}\0`).update(readFileSync(absolute));
  }
}
