import { existsSync } from "node:fs";
import { aptInstall } from "./apt.mjs";
import { findProgram } from "./run.mjs";
import { say, yellow } from "./say.mjs";
import { findNssSoftokn } from "./softhsm-library.mjs";

/**
 * What the tests use beside the product's own needs.
 * @typedef {{ name: string, packages: string[], purpose: string, isThere: () => boolean,
 *   mayBeMissing?: boolean }} Tool
 */

const CHROMIUMS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** @type {readonly Tool[]} */
const TOOLS = [
  {
    name: "Chromium",
    packages: ["chromium"],
    purpose: "browser tests",
    isThere: () => findChromium() !== null,
  },
  {
    name: "NSS softokn",
    packages: ["libnss3"],
    purpose: "the second PKCS#11 token",
    isThere: () => findNssSoftokn() !== null,
  },
  {
    name: "strace",
    packages: ["strace"],
    purpose: "failing writes and fsyncs by injection",
    isThere: () => findProgram("strace") !== null,
  },
  {
    name: "faketime",
    packages: ["faketime"],
    purpose: "tests at another time",
    isThere: () => findProgram("faketime") !== null,
  },
  {
    name: "Go",
    packages: ["golang-go", "golang-golang-x-mod-dev"],
    purpose: "the independent implementation of proofs and notes",
    isThere: () =>
      findProgram("go") !== null && existsSync("/usr/share/gocode/src/golang.org/x/mod/sumdb"),
    // The test that needs it is skipped, and counted as skipped, where it cannot be installed.
    mayBeMissing: true,
  },
];

/** A Chromium: the one COUNTERSIGN_CHROMIUM names, else the system's. */
export function findChromium() {
  const named = process.env.COUNTERSIGN_CHROMIUM;
  if (named !== undefined) return existsSync(named) ? named : null;
  return CHROMIUMS.map(findProgram).find((path) => path !== null) ?? null;
}

/**
 * Installs what is missing, where this may be done; says what to install where not. The tests that need
 * a missing tool then fail, each saying so: nothing is skipped in silence.
 *
 * @param {(note: string) => void} note
 */
export async function ensureTestTools(note) {
  const missing = () => TOOLS.filter((tool) => !tool.isThere());
  const wanted = missing();
  if (wanted.length > 0) {
    await aptInstall(
      wanted.flatMap((tool) => tool.packages),
      note,
    );
  }
  const still = missing();
  note(still.length === 0 ? TOOLS.map((tool) => tool.name).join(", ") : "some are missing");
  if (still.length === 0) return;
  for (const { name, purpose, mayBeMissing } of still) {
    const end = mayBeMissing ? "its tests are skipped" : "its tests will fail";
    say(`\n${yellow("!")} ${name} is missing (${purpose}): ${end}.`);
  }
  const packages = still.flatMap((tool) => tool.packages).join(" ");
  say(`  Debian: sudo apt-get install ${packages}\n`);
}
