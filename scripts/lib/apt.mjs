import { isRoot } from "./paths.mjs";
import { findProgram, run } from "./run.mjs";

/**
 * Installs Debian packages, where this is Debian and we are root.
 *
 * @param {readonly string[]} packages
 * @param {(note: string) => void} note
 * @returns {Promise<boolean>} false when we may not, or apt could not
 */
export async function aptInstall(packages, note) {
  if (!isRoot || findProgram("apt-get") === null) return false;
  note(`apt-get install ${packages.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = () =>
    run("apt-get", ["install", "-y", "--no-install-recommends", ...packages], { env });
  if ((await install()).code === 0) return true;
  // No package lists, or old ones.
  note("apt-get update");
  await run("apt-get", ["update"], { env });
  note(`apt-get install ${packages.join(" ")}`);
  return (await install()).code === 0;
}
