import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout, absolute. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Everything a run leaves behind stands here, so that `npm run reset` can name it all. */
export const stateDir = resolve(root, process.env.COUNTERSIGN_STATE_DIR ?? ".countersign");

/**
 * A path below the state folder. Folders are made on the way, 0700.
 * @param {...string} parts
 */
export function inState(...parts) {
  const path = join(stateDir, ...parts);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return path;
}

/** @param {...string} parts */
export const inRoot = (...parts) => join(root, ...parts);

/** True when the operating system's root runs this. */
export const isRoot = process.getuid?.() === 0;
