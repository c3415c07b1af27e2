import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { aptInstall } from "./apt.mjs";
import { Failure } from "./failure.mjs";
import { inState } from "./paths.mjs";
import { findProgram, mustRun } from "./run.mjs";
import { findSoftHsm, unpackedSoftHsm } from "./softhsm-library.mjs";

const PACKAGES = ["softhsm2", "libsofthsm2"];
const BY_HAND =
  "Install SoftHSM 2.6 (Debian: `sudo apt-get install softhsm2`, macOS: `brew install softhsm`), or set " +
  "COUNTERSIGN_PKCS11_MODULE, COUNTERSIGN_PKCS11_TOKEN and COUNTERSIGN_PKCS11_PIN_FILE to use your own HSM.";

/**
 * Finds SoftHSM, or installs it: as root from the distribution, as anybody else unpacked below the
 * state folder.
 *
 * @param {(note: string) => void} note
 * @returns {Promise<string>} absolute path of the library
 */
export async function ensureSoftHsm(note) {
  const found = findSoftHsm();
  if (found !== null) {
    note(found);
    return found;
  }
  const installed = await aptInstall(["softhsm2"], note);
  if (!installed && findProgram("apt-get") !== null && findProgram("dpkg") !== null) {
    await unpack(note);
  }
  const library = findSoftHsm();
  if (library === null)
    throw new Failure("There is no PKCS#11 token to keep the keys in.", BY_HAND);
  note(library);
  return library;
}

/**
 * Downloads and unpacks Debian's packages without root: apt with a state of its own below ours.
 * @param {(note: string) => void} note
 */
async function unpack(note) {
  const apt = inState("apt", "state");
  const cache = inState("apt", "cache");
  const downloads = inState("apt", "packages", "here");
  for (const folder of [
    join(apt, "lists", "partial"),
    join(cache, "archives", "partial"),
    downloads,
  ]) {
    mkdirSync(folder, { recursive: true });
  }
  const options = [
    ...["-o", `Dir::State=${apt}`, "-o", `Dir::State::Lists=${join(apt, "lists")}`],
    ...["-o", `Dir::Cache=${cache}`, "-o", "Dir::State::status=/var/lib/dpkg/status"],
    ...["-o", "APT::Sandbox::User="],
  ];
  const todo = BY_HAND;
  note("apt-get update, in a state folder of our own");
  await mustRun("apt-get", [...options, "update"], {
    what: "Debian's package lists could not be fetched",
    todo,
  });
  note(`apt-get download ${PACKAGES.join(" ")}`);
  await mustRun("apt-get", [...options, "download", ...PACKAGES], {
    cwd: downloads,
    what: "SoftHSM could not be downloaded",
    todo,
  });
  mkdirSync(unpackedSoftHsm, { recursive: true, mode: 0o700 });
  for (const file of readdirSync(downloads).filter((name) => name.endsWith(".deb"))) {
    await mustRun("dpkg", ["-x", join(downloads, file), unpackedSoftHsm], {
      what: `${file} could not be unpacked`,
      todo,
    });
  }
  rmSync(inState("apt"), { recursive: true, force: true });
}
