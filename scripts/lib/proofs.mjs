import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { inRoot, inState } from "./paths.mjs";
import { run } from "./run.mjs";
import { writePrivate } from "./secrets-files.mjs";

/** @import { Tally } from "./vitest-run.mjs" */

/**
 * @typedef {{ number: number, promise: string, attacks: string[] }} Promised
 * @typedef {{ source: string, passed: number, failed: number, full: boolean, at: string }} Proof
 * @typedef {"proven" | "proven in short" | "not yet" | "BROKEN" | "proven for other sources"} Standing
 */

/** @returns {Promised[]} */
export function readPromises() {
  return JSON.parse(readFileSync(inRoot("docs", "promises.json"), "utf8"));
}

/**
 * The files of an attack, one for each of its subjects: `dba.rows.attack.spec.ts` is one of `dba`.
 * @param {string} attack its name, such as `evil-console`
 * @returns {string[]} paths below the checkout; none where it is not written yet
 */
export function attackFiles(attack) {
  return readdirSync(inRoot("tests", "attacks"))
    .filter((name) => name.endsWith(".attack.spec.ts") && attackOf(name) === attack)
    .map((name) => `tests/attacks/${name}`);
}

/** @param {string} path of a file of an attack */
function attackOf(path) {
  return basename(path).split(".")[0] ?? "";
}

/**
 * How an attack stands for the sources as they are now.
 * @param {string} attack
 * @param {Record<string, Proof>} proofs
 * @param {string} source
 * @returns {Standing}
 */
export function standingOf(attack, proofs, source) {
  const proof = proofs[attack];
  if (attackFiles(attack).length === 0 || proof === undefined) return "not yet";
  if (proof.source !== source) return "proven for other sources";
  if (proof.failed > 0 || proof.passed === 0) return "BROKEN";
  return proof.full ? "proven" : "proven in short";
}

/** A promise stands as its weakest attack. @type {readonly Standing[]} */
const WEAKEST_FIRST = [
  "BROKEN",
  "not yet",
  "proven for other sources",
  "proven in short",
  "proven",
];

/**
 * @param {readonly Standing[]} standings
 * @returns {Standing}
 */
export function weakest(standings) {
  return WEAKEST_FIRST.find((standing) => standings.includes(standing)) ?? "not yet";
}

/** @returns {Record<string, Proof>} */
export function readProofs() {
  const file = inState("proofs.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
}

/**
 * Writes down what a run of whole attacks found.
 * @param {Tally} tally
 * @param {{ source: string, full: boolean }} how
 */
export function recordProofs(tally, { source, full }) {
  const proofs = readProofs();
  const at = new Date().toISOString();
  for (const attack of new Set(tally.files.map(({ path }) => attackOf(path)))) {
    const files = tally.files.filter(({ path }) => attackOf(path) === attack);
    const passed = files.reduce((sum, file) => sum + file.passed, 0);
    const failed = files.reduce((sum, file) => sum + file.failed, 0);
    proofs[attack] = { source, passed, failed, full, at };
  }
  writePrivate(inState("proofs.json"), JSON.stringify(proofs, null, 2));
}

/**
 * Names the sources as they are: the commit, and a digest of what differs from it. A proof counts for
 * exactly these.
 * @returns {Promise<string>}
 */
export async function sourcesNow() {
  const git = async (/** @type {string[]} */ ...args) => (await run("git", args)).stdout;
  const commit = (await git("rev-parse", "--short=12", "HEAD")).trim();
  const diff = await git("diff", "HEAD", "--binary");
  const untracked = (await git("ls-files", "--others", "--exclude-standard")).split("\n").sort();
  const files = untracked.filter((path) => path !== "" && existsSync(inRoot(path)));
  if (diff === "" && files.length === 0) return commit;
  const hash = createHash("sha256").update(diff);
  for (const path of files) hash.update(`\0${path}\0`).update(readFileSync(inRoot(path)));
  return `${commit}+${hash.digest("hex").slice(0, 12)}`;
}
