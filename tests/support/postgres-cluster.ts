import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { codeOf } from "../../scripts/lib/failure.mjs";
import { freePort } from "../../scripts/lib/free-port.mjs";
import { inRoot, root } from "../../scripts/lib/paths.mjs";
import { clusterHome, findBinaries } from "../../scripts/lib/postgres-binaries.mjs";
import { initCluster, startPostgres, stopLeftover } from "../../scripts/lib/postgres-server.mjs";
import { mustRun } from "../../scripts/lib/run.mjs";
import { migrate } from "../../server/db/migrate.ts";
import {
  applyRoles,
  CONSOLE_ROLE,
  type DatabaseRoles,
  KEY_SERVICE_ROLE,
} from "../../server/db/roles.ts";
import { inSession } from "../../server/db/session.ts";

/** What a test needs to make databases: serialisable, so that it reaches the worker processes. */
export type TestServer = {
  /** Address of the administrative database as its administrator. */
  readonly adminUrl: string;
  /** A migrated database with roles and grants, to copy. */
  readonly template: string;
  readonly roles: DatabaseRoles;
};

type Base = { readonly password: string; readonly roles: DatabaseRoles };

const TEMPLATE = "countersign_template";

/** Raise when the way a base is made changes in a way its sources do not show. */
const BASE_FORMAT = 1;

/**
 * Starts the server of one test run: a copy of a prepared cluster on a port of its own, so that two
 * runs in one checkout never meet. The prepared cluster is kept and made anew when migrations, roles
 * or the PostgreSQL version change. `DATABASE_URL` names another server to use instead.
 */
export async function startTestServer(): Promise<{ server: TestServer; stop(): Promise<void> }> {
  const external = process.env.DATABASE_URL;
  return external === undefined ? startEmbedded() : useExternal(external);
}

async function startEmbedded() {
  const binaries = await findBinaries();
  const home = join(clusterHome(), "test-postgres");
  mkdirSync(home, { recursive: true, mode: 0o755 });
  await sweep(home);
  const baseDir = join(home, `base-${sourcesDigest(binaries.version)}`);
  if (!existsSync(`${baseDir}.json`)) await buildBase(binaries, home, baseDir);
  const base = readBase(baseDir);

  const dataDir = join(home, `run-${process.pid}-${randomBytes(4).toString("hex")}`);
  await mustRun("cp", ["-a", baseDir, dataDir], {
    what: "The prepared PostgreSQL cluster could not be copied",
    todo: `Check that ${home} is writable and the disk is not full.`,
  });
  const postgres = await startPostgres(binaries, dataDir, {
    port: await freePort(),
    password: base.password,
    settings: { max_connections: 300, shared_buffers: "64MB" },
  });
  return {
    server: { adminUrl: postgres.url("postgres"), template: TEMPLATE, roles: base.roles },
    stop: async () => {
      await postgres.stop();
      removeCluster(dataDir);
    },
  };
}

async function buildBase(
  binaries: Awaited<ReturnType<typeof findBinaries>>,
  home: string,
  baseDir: string,
): Promise<void> {
  const partial = join(home, `run-${process.pid}-${randomBytes(4).toString("hex")}`);
  const password = newPassword();
  const roles = newRoles("");
  await initCluster(binaries, partial, password);
  const postgres = await startPostgres(binaries, partial, { port: await freePort(), password });
  try {
    await migrate(postgres.url(TEMPLATE), root);
    await applyRoles(postgres.url(TEMPLATE), roles);
  } finally {
    await postgres.stop();
  }
  // The folder first, then the file that says it is whole. A run that was faster than us wins.
  if (!existsSync(baseDir)) {
    renameSync(partial, baseDir);
    writeFileSync(`${baseDir}.json`, JSON.stringify({ password, roles }), { mode: 0o600 });
  }
  removeCluster(partial);
  for (const name of readdirSync(home)) {
    if (name.startsWith("base-") && !name.startsWith(basename(baseDir))) {
      rmSync(join(home, name), { recursive: true, force: true });
    }
  }
}

async function useExternal(url: string) {
  const run = `countersign_test_${process.pid}_${randomBytes(3).toString("hex")}`;
  const template = `${run}_template`;
  const address = new URL(url);
  address.pathname = `/${template}`;
  const roles = newRoles(`${run}_`);
  await migrate(address.href, root);
  await applyRoles(address.href, roles);
  return {
    server: { adminUrl: url, template, roles },
    stop: () =>
      inSession(url, async (client) => {
        const { rows } = await client.query<{ name: string }>(
          "SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)",
          [run],
        );
        for (const { name } of rows) await client.query(`DROP DATABASE "${name}" WITH (FORCE)`);
        for (const role of [roles.keyService, roles.console]) {
          await client.query(`DROP ROLE "${role.name}"`);
        }
      }),
  };
}

/** Stops and removes what runs whose process is gone have left behind. */
async function sweep(home: string): Promise<void> {
  for (const name of readdirSync(home)) {
    const pid = /^run-(\d+)-[0-9a-f]+$/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await stopLeftover(join(home, name));
    removeCluster(join(home, name));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== "ESRCH";
  }
}

function removeCluster(dataDir: string): void {
  for (const path of [dataDir, `${dataDir}.log`]) rmSync(path, { recursive: true, force: true });
}

function readBase(baseDir: string): Base {
  return JSON.parse(readFileSync(`${baseDir}.json`, "utf8"));
}

function sourcesDigest(version: string): string {
  const hash = createHash("sha256").update(`${BASE_FORMAT} ${version}`);
  const migrations = inRoot("prisma", "migrations");
  for (const path of [
    ...readdirSync(migrations, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".sql"))
      .sort()
      .map((name) => join(migrations, name)),
    inRoot("server", "db", "roles.ts"),
  ]) {
    hash.update(readFileSync(path));
  }
  return hash.digest("hex").slice(0, 16);
}

function newRoles(prefix: string): DatabaseRoles {
  return {
    keyService: { name: prefix + KEY_SERVICE_ROLE, password: newPassword() },
    console: { name: prefix + CONSOLE_ROLE, password: newPassword() },
  };
}

function newPassword(): string {
  return randomBytes(24).toString("base64url");
}
