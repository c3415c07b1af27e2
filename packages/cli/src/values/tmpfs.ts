import { realpathSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Environment } from "../environment.ts";
import { Stop } from "../stop.ts";

/** `f_type` of file systems that live in memory (statfs(2)). */
const MEMORY_FILE_SYSTEMS = new Set([0x01021994 /* tmpfs */, 0x858458f6 /* ramfs */]);

/** Whether files in this directory live in memory only. Swap may still take them: encrypt it, or turn it off. */
export function isInMemory(directory: string): boolean {
  return MEMORY_FILE_SYSTEMS.has(statfsSync(directory).type >>> 0);
}

/**
 * The real path for a file that does not exist yet, in a directory that lives in memory.
 * @throws Stop `unsafe-place` on a disk, where deleted bytes can be found again, unless that is allowed.
 */
export function requireMemoryPlace(
  file: string,
  allowDisk: boolean,
  environment: Environment,
): string {
  let directory: string;
  try {
    directory = realpathSync(dirname(file));
  } catch {
    throw new Stop(
      "unsafe-place",
      "The directory of --out does not exist.",
      "Make it, or name another.",
    );
  }
  const name = file.split("/").at(-1) ?? "";
  if (name === "" || name === "." || name === "..")
    throw new Stop("unsafe-place", "--out names a directory, not a file.");
  if (!allowDisk && !isInMemory(directory)) {
    const better = environment.runtimeDir ?? "/dev/shm";
    throw new Stop(
      "unsafe-place",
      `${directory} is on a disk: what is written there can be found again after it was deleted. Nothing was opened.`,
      `--out ${join(better, name)}, or --allow-disk where you must`,
    );
  }
  return join(directory, name);
}
