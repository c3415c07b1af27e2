import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isRoot, stateDir } from "./paths.mjs";
import { clusterHome } from "./postgres-binaries.mjs";

/** What tests, proofs, benches and installations of tools leave here: nothing of it belongs to an installation. */
const OTHERS = ["apt", "bench", "bench.json", "proofs.json", "test-results.json", "vitest"];

/** Folders that hold this checkout's installation. */
export function installationFolders() {
  return [stateDir, ...(isRoot ? [clusterHome()] : [])].filter(existsSync);
}

/** Removes the installation, keys and ledger included, and what others left. Nothing of it may run. */
export function removeEverything() {
  for (const folder of installationFolders()) rmSync(folder, { recursive: true, force: true });
}

/** Removes the installation alone. Nothing of it may run. */
export function removeInstallation() {
  for (const folder of installationFolders())
    for (const name of readdirSync(folder))
      if (!OTHERS.includes(name)) rmSync(join(folder, name), { recursive: true, force: true });
}
