import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { findBinaries } from "../../scripts/lib/postgres-binaries.mjs";
import { type RunningPostgres, startPostgres } from "../../scripts/lib/postgres-server.mjs";
import { startTestServer } from "./postgres-cluster.ts";
import { createDatabaseOn, type TestDatabase } from "./test-database.ts";

/** A PostgreSQL server of one test's own, to kill and to damage, with one migrated database on it. */
export type PrivatePostgres = {
  readonly database: TestDatabase;
  readonly host: string;
  readonly port: number;
  /** Everything that runs now, the postmaster first. */
  processes(): readonly number[];
  /** The session of the key service that holds the pen; waits until there is one. */
  writer(): Promise<number>;
  /** What the server wrote since it was last started. */
  log(): string;
  /** SIGKILL to all of it at once, as when the power fails. */
  kill(): Promise<void>;
  /** After `kill`, or after it ended by itself: on the same port. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** @returns null where `DATABASE_URL` names a server that is not ours to kill */
export async function startPrivatePostgres(): Promise<PrivatePostgres | null> {
  if (process.env.DATABASE_URL !== undefined) return null;
  const { server, stop } = await startTestServer();
  const database = await createDatabaseOn(server);
  const dataDir = await setting(database.adminUrl, "data_directory");
  const address = new URL(server.adminUrl);
  const port = Number(address.port);
  let restarted: RunningPostgres | null = null;

  const processes = () => {
    const [pid = ""] = readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n");
    return [Number(pid), ...childrenOf(Number(pid))];
  };
  return {
    database,
    host: address.hostname,
    port,
    processes,
    writer: () => findWriter(database.adminUrl),
    log: () => readFileSync(`${dataDir}.log`, "utf8"),
    async kill() {
      const all = processes();
      for (const pid of all) signal(pid, "SIGKILL");
      while (all.some((pid) => isRunning(pid))) await pause();
    },
    async start() {
      restarted = await startPostgres(await findBinaries(), dataDir, {
        port,
        password: decodeURIComponent(address.password),
        settings: { max_connections: 300, shared_buffers: "64MB" },
      });
    },
    async stop() {
      await restarted?.stop();
      await stop();
    },
  };
}

async function setting(url: string, name: string): Promise<string> {
  const rows = await query<{ value: string }>(url, "SELECT current_setting($1) AS value", [name]);
  return rows[0]?.value ?? "";
}

async function query<R extends pg.QueryResultRow>(url: string, text: string, values: unknown[]) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<R>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** The writer is the one session that keeps a prepared append; from outside: the last to have run it. */
async function findWriter(url: string): Promise<number> {
  for (;;) {
    const rows = await query<{ pid: number }>(
      url,
      `SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE '%keyservice.tree_head%' AND pid <> pg_backend_pid()
          AND query NOT LIKE '%pg_stat_activity%'`,
      [],
    );
    if (rows[0] !== undefined) return rows[0].pid;
    await pause();
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && statOf(name)?.parent === parent)
    .map(Number);
}

function isRunning(pid: number): boolean {
  const stat = statOf(String(pid));
  return stat !== null && stat.state !== "Z";
}

/** Fields 3 and 4 of /proc/PID/stat; the name before them may hold anything but ends with the last `)`. */
function statOf(pid: string): { state: string; parent: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state = "", parent] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state, parent: Number(parent) };
  } catch {
    return null; // Gone in between.
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already, with its postmaster.
  }
}

const pause = () => new Promise((done) => setTimeout(done, 20));
