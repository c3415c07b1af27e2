import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { softHsmConf } from "../../scripts/lib/softhsm-library.mjs";
import type { BackupReport } from "../../server/key-service/backup/domain/backup-report.ts";
import type { Installation } from "./installation.ts";
import type { TestDatabase } from "./test-database.ts";

export type AdminEnded = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs `secrets admin …` as it is shipped. */
export function secretsAdmin(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<AdminEnded> {
  const launcher = inRoot("packages", "cli", "bin", "secrets.mjs");
  const child = spawn(process.execPath, [launcher, "admin", ...args], {
    env: { PATH: process.env.PATH ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (more) => {
      text[name] += more;
    });
  return new Promise((done, fail) => {
    child.once("error", fail).once("close", (code) => done({ code, ...text }));
  });
}

/** As `secretsAdmin`, with `--json`. @throws Error where it did not end well */
export async function adminReport(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<BackupReport> {
  const { code, stdout, stderr } = await secretsAdmin([...args, "--json"], environment);
  if (code !== 0) throw new Error(`secrets admin ${args[0]} ended with ${code}:\n${stderr}`);
  return JSON.parse(stdout) as BackupReport; // what the command promises
}

/** A pair of keys, made by the command. */
export async function newBackupKeys(
  folder: string,
  name: string,
): Promise<{ readonly publicKey: string; readonly file: string }> {
  const file = join(folder, name);
  const { code, stdout, stderr } = await secretsAdmin(["new-backup-key", "--out", file]);
  if (code !== 0) throw new Error(stderr);
  return { publicKey: stdout.trim(), file };
}

/** What backup and restore are told of an installation: no PIN. */
export function adminEnvironment(house: Installation): Record<string, string> {
  return {
    ...house.token.env,
    COUNTERSIGN_STATE_DIR: house.stateDir,
    COUNTERSIGN_DATABASE_URL: house.database.url,
    COUNTERSIGN_PKCS11_MODULE: house.token.module,
    COUNTERSIGN_PKCS11_TOKEN: house.token.label,
    COUNTERSIGN_WITNESSES_FILE: house.witnessesFile,
    COUNTERSIGN_LOG_VERIFIER_KEY_FILE: join(house.folder, "log-verifier-key"),
  };
}

/** An empty, prepared database, and folders for state and token with nothing in them. */
export type EmptyPlace = {
  readonly database: TestDatabase;
  readonly stateDir: string;
  readonly tokenDir: string;
  /** Replaces what an installation's processes are told. */
  readonly environment: Readonly<Record<string, string>>;
};

/** @param prepared instead of a database on the server of the run */
export async function emptyPlace(
  house: Installation,
  prepared?: TestDatabase,
): Promise<EmptyPlace> {
  const folder = mkdtempSync(join(house.folder, "place-"));
  const database = prepared ?? (await testDatabase());
  const tokenDir = join(folder, "tokens");
  mkdirSync(tokenDir, { mode: 0o700 });
  const conf = join(folder, "softhsm2.conf");
  writeFileSync(conf, softHsmConf(tokenDir));
  const stateDir = join(folder, "state");
  return {
    database,
    stateDir,
    tokenDir,
    environment: {
      COUNTERSIGN_DATABASE_URL: database.url,
      COUNTERSIGN_STATE_DIR: stateDir,
      SOFTHSM2_CONF: conf,
    },
  };
}

/** Loaded only where vitest runs: benches bring a database of their own. */
async function testDatabase(): Promise<TestDatabase> {
  const { createTestDatabase } = await import("./postgres.ts");
  return createTestDatabase();
}
