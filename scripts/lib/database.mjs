import { existsSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "./failure.mjs";
import { inRoot, inState, root } from "./paths.mjs";
import { clusterHome, findBinaries } from "./postgres-binaries.mjs";
import { initCluster, startPostgres } from "./postgres-server.mjs";
import { run } from "./run.mjs";
import { ensureSecretFile, writePrivate } from "./secrets-files.mjs";

/**
 * @typedef {{ adminUrl: string, place: string, pid?: number, exited?: Promise<string>,
 *   stop: () => Promise<void> }} OpenDatabase
 */

export const DATABASE = "countersign";

/** Folder of the embedded cluster of this checkout. */
export const clusterDir = () => join(clusterHome(), "postgres");

/**
 * The database server: DATABASE_URL's, which is not ours to stop, else an embedded one.
 *
 * @param {number} port of the embedded one
 * @param {(note: string) => void} note
 * @returns {Promise<OpenDatabase>}
 */
export async function openDatabase(port, note) {
  const given = process.env.DATABASE_URL;
  if (given) {
    if (!URL.canParse(given)) {
      throw new Failure(
        "DATABASE_URL is no address.",
        "Give postgresql://administrator:password@host:port/database, or leave it out.",
      );
    }
    const { host, pathname } = new URL(given);
    note(`${host}${pathname}, from DATABASE_URL`);
    return { adminUrl: given, place: `${host}${pathname}`, stop: async () => {} };
  }
  const binaries = await findBinaries();
  const password = ensureSecretFile(inState("postgres-admin-password"));
  const dataDir = clusterDir();
  if (!existsSync(join(dataDir, "PG_VERSION"))) {
    note("creating its data folder");
    await initCluster(binaries, dataDir, password);
  }
  const postgres = await startPostgres(binaries, dataDir, { port, password });
  note(`127.0.0.1:${port}, data in ${dataDir}`);
  return {
    adminUrl: postgres.url(DATABASE),
    place: `127.0.0.1:${port}`,
    pid: postgres.pid,
    exited: postgres.exited,
    stop: postgres.stop,
  };
}

/**
 * Migrates, and states roles and privileges.
 *
 * @param {string} adminUrl
 * @param {(note: string) => void} note
 * @returns {Promise<Record<string, string>>} what the key service needs to connect as its own role
 */
export async function prepareDatabase(adminUrl, note) {
  const passwordFile = inState("database", "key-service-password");
  const keyService = ensureSecretFile(passwordFile);
  const consolePassword = ensureSecretFile(inState("database", "console-password"));
  const rolesFile = inState("database", "roles.json");
  writePrivate(rolesFile, JSON.stringify({ keyService, console: consolePassword }));
  const ended = await run(process.execPath, [inRoot("dist", "prepare-database.mjs")], {
    env: {
      DATABASE_URL: adminUrl,
      COUNTERSIGN_ROOT_DIR: root,
      COUNTERSIGN_DATABASE_ROLES_FILE: rolesFile,
    },
  });
  const answer = parseAnswer(ended.stdout);
  if (answer === null || !answer.ok) {
    throw new Failure(
      answer?.what ?? "The database could not be prepared.",
      answer?.todo ?? "Read the lines above.",
      { details: ended.stderr },
    );
  }
  note(answer.migrated === "migrated" ? "migrated" : "current");
  const url = new URL(adminUrl);
  url.username = "countersign_key_service";
  url.password = "";
  return {
    COUNTERSIGN_DATABASE_URL: url.href,
    COUNTERSIGN_DATABASE_PASSWORD_FILE: passwordFile,
  };
}

/**
 * What the console needs to connect as its own role.
 * @param {string} adminUrl
 * @returns {Record<string, string>}
 */
export function consoleDatabase(adminUrl) {
  const url = new URL(adminUrl);
  url.username = "countersign_console";
  url.password = "";
  return {
    COUNTERSIGN_CONSOLE_DATABASE_URL: url.href,
    COUNTERSIGN_CONSOLE_DATABASE_PASSWORD_FILE: inState("database", "console-password"),
  };
}

/**
 * @param {string} stdout
 * @returns {{ ok: boolean, migrated?: string, what?: string, todo?: string } | null}
 */
function parseAnswer(stdout) {
  try {
    return JSON.parse(stdout);
  } catch {
    return null;
  }
}
