import { existsSync, readFileSync } from "node:fs";
import { Failure } from "./failure.mjs";
import { inRoot } from "./paths.mjs";
import { lastLines, run } from "./run.mjs";

/** @typedef {{ version?: string, optional?: boolean, link?: boolean }} LockedPackage */

const NODE_NEEDED = /** @type {const} */ ([20, 19]);

/** @throws {Failure} where this Node is older than 20.19 */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1])) return;
  throw new Failure(
    `This is Node ${process.versions.node}; Countersign needs ${NODE_NEEDED.join(".")} or later.`,
    "Install a newer Node from https://nodejs.org and run the command again.",
  );
}

/**
 * Installs the packages of package-lock.json where node_modules holds anything else.
 *
 * No package's install script runs (`.npmrc`): what they would do (a native build, links) is done by
 * steps of ours that can be seen, and need no download.
 *
 * @param {(note: string) => void} note
 */
export async function ensurePackages(note) {
  if (areCurrent()) return note("current");
  note("npm ci");
  let ended = await npm(["ci"], note);
  if (ended.code !== 0 && isNetworkError(ended.output)) {
    note("npm ci, once more after a network error");
    ended = await npm(["ci"], note);
  }
  if (ended.code !== 0) {
    throw new Failure(
      "The npm packages could not be installed.",
      "Check that this machine reaches its npm registry (`npm ping`), then run the command again.",
      { details: lastLines(ended.output, 20) },
    );
  }
  note("installed");
}

/**
 * Compares package-lock.json with the copy npm keeps of what it installed.
 * @returns {boolean}
 */
function areCurrent() {
  const wanted = lockedPackages(inRoot("package-lock.json"));
  const installed = lockedPackages(inRoot("node_modules", ".package-lock.json"));
  if (wanted === null || installed === null) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith("node_modules/")) return true;
    if (entry.link) return existsSync(inRoot(path));
    const present = installed[path];
    // Optional packages for other platforms are never installed.
    return present === undefined ? entry.optional === true : present.version === entry.version;
  });
}

/**
 * @param {string} file
 * @returns {Record<string, LockedPackage> | null}
 */
function lockedPackages(file) {
  if (!existsSync(file)) return null;
  return JSON.parse(readFileSync(file, "utf8")).packages;
}

/**
 * @param {string[]} args
 * @param {(note: string) => void} note
 */
function npm(args, note) {
  // The npm that runs us, where one does; it need not be on PATH.
  const script = process.env.npm_execpath;
  const [program, first] = script?.endsWith(".js") ? [process.execPath, [script]] : ["npm", []];
  return run(program, [...first, ...args, "--no-audit", "--no-fund", "--loglevel=warn"], {
    onLine: (line) => note(line.slice(0, 60)),
  });
}

/** @param {string} output */
function isNetworkError(output) {
  return /ETIMEDOUT|ECONNRESET|EAI_AGAIN|ERR_SOCKET_TIMEOUT|network/i.test(output);
}
