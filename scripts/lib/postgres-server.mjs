import { spawn } from "node:child_process";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { codeOf, Failure } from "./failure.mjs";
import { lastLines, mustRun } from "./run.mjs";

/** @import { Binaries } from "./postgres-binaries.mjs" */

export const ADMIN = "countersign_admin";

/**
 * @typedef {{ port: number, pid: number, url: (database: string) => string, stop: () => Promise<void>,
 *   exited: Promise<string> }} RunningPostgres
 */

/**
 * Creates an empty cluster. fsync, full-page writes and checksums stay as PostgreSQL ships them: the
 * ledger's promise of durability rests on them, in tests too.
 *
 * @param {Binaries} binaries
 * @param {string} dataDir absolute; must not exist
 * @param {string} password of the cluster's administrator
 */
export async function initCluster(binaries, dataDir, password) {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const passwordFile = `${dataDir}.pw`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  const { account } = binaries;
  if (account !== null) {
    chownSync(dataDir, account.uid, account.gid);
    chownSync(passwordFile, account.uid, account.gid);
  }
  const args = [
    ["--pgdata", dataDir],
    ["--username", ADMIN],
    ["--pwfile", passwordFile],
    ["--auth", "scram-sha-256"],
    ["--encoding", "UTF8"],
    ["--locale", "C"],
  ].flat();
  try {
    await mustRun(join(binaries.bin, "initdb"), args, {
      ...(account ?? {}),
      cwd: dirname(binaries.bin),
      env: environment(),
      what: `PostgreSQL could not create its data folder ${dataDir}`,
      todo: "Read the lines above; usually the disk is full or the folder is not writable.",
    });
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/**
 * Starts PostgreSQL on loopback and returns when it accepts connections.
 *
 * It runs in a session of its own, so that Ctrl-C reaches us first and the processes that use it can
 * end before it does. What an earlier parent left running on the same folder is stopped first.
 *
 * @param {Binaries} binaries
 * @param {string} dataDir
 * @param {{ port: number, password: string, settings?: Record<string, string | number> }} options
 * @returns {Promise<RunningPostgres>}
 */
export async function startPostgres(binaries, dataDir, { port, password, settings = {} }) {
  await stopLeftover(dataDir);
  const all = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    shared_buffers: "128MB",
    max_connections: 100,
    timezone: "UTC",
    log_timezone: "UTC",
    ...settings,
  };
  const logFile = `${dataDir}.log`;
  const log = openSync(logFile, "w", 0o600);
  const child = spawn(
    join(binaries.bin, "postgres"),
    ["-D", dataDir, ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    {
      cwd: dataDir,
      env: environment(),
      detached: true,
      stdio: ["ignore", log, log],
      ...(binaries.account ?? {}),
    },
  );
  closeSync(log);
  let ended = false;
  /** @type {Promise<string>} */
  const exited = new Promise((resolve) => {
    child.once("exit", (code, signal) => {
      ended = true;
      resolve(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`);
    });
    child.once("error", (error) => {
      ended = true;
      resolve(`could not be started: ${error.message}`);
    });
  });
  const startedAt = performance.now();
  while (!ended && postmasterOf(dataDir)?.status !== "ready") {
    if (performance.now() - startedAt > 60_000) child.kill("SIGQUIT");
    await delay(10);
  }
  if (ended || child.pid === undefined) {
    throw new Failure(
      "PostgreSQL ended while it was starting.",
      `Read the lines above; the whole log is ${logFile}.`,
      { details: lastLines(readFileSync(logFile, "utf8"), 15) },
    );
  }
  return {
    port,
    pid: child.pid,
    exited,
    url: (database) =>
      `postgresql://${ADMIN}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`,
    stop: async () => {
      if (!ended) child.kill("SIGINT");
      await exited;
    },
  };
}

/**
 * Stops a PostgreSQL that still runs on this folder because its parent died, and waits for its end.
 * SIGINT is PostgreSQL's fast shutdown: sessions are cut, everything acknowledged is kept.
 *
 * @param {string} dataDir
 * @returns {Promise<boolean>} whether there was one
 */
export async function stopLeftover(dataDir) {
  const found = postmasterOf(dataDir);
  if (found === null || !runsOn(found.pid, dataDir)) return false;
  const startedAt = performance.now();
  process.kill(found.pid, "SIGINT");
  while (runsOn(found.pid, dataDir)) {
    if (performance.now() - startedAt > 30_000) {
      throw new Failure(
        `A PostgreSQL (process ${found.pid}) that an earlier run left behind on ${dataDir} does not stop.`,
        `Stop it with \`kill -QUIT ${found.pid}\` and start again.`,
      );
    }
    await delay(20);
  }
  return true;
}

/**
 * What `postmaster.pid` says: line 1 the process, line 8 its status.
 * @param {string} dataDir
 * @returns {{ pid: number, status: string } | null}
 */
function postmasterOf(dataDir) {
  try {
    const lines = readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n");
    const pid = Number(lines[0]);
    return Number.isInteger(pid) && pid > 0 ? { pid, status: (lines[7] ?? "").trim() } : null;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

/**
 * Whether process `pid` is a PostgreSQL on that folder, rather than somebody else who got the number.
 * @param {number} pid
 * @param {string} dataDir
 */
function runsOn(pid, dataDir) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false;
  }
  if (!existsSync("/proc/self/cwd")) return true;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDir);
  } catch {
    // Gone in between, or another account's process that we may not inspect: not ours to signal.
    return false;
  }
}

function environment() {
  return { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
}
