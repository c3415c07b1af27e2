import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseFault } from "./database-fault.ts";
import { inSession, sqlState } from "./session.ts";

const DATABASE_DOES_NOT_EXIST = "3D000";
const TABLE_DOES_NOT_EXIST = "42P01";
const OLDEST_SERVER = 150_000;

export type Migrated = "already-current" | "migrated";

/**
 * Brings the database to the migrations of this checkout, creating it where it is missing.
 *
 * Prisma records each applied migration with the digest of its file; when all are recorded, nothing
 * is started (Prisma's command line alone takes over a second).
 *
 * @param adminUrl address as a role that owns the database, or may create it
 * @param rootDir the checkout: `prisma/` and `scripts/prisma.mjs` are found there
 * @throws DatabaseFault, each with what to do
 */
export async function migrate(adminUrl: string, rootDir: string): Promise<Migrated> {
  const wanted = migrationsOf(rootDir);
  const applied = await appliedMigrations(adminUrl);
  for (const [name, checksum] of applied) {
    const ours = wanted.get(name);
    if (ours !== undefined && ours !== checksum) throw edited(name);
  }
  if ([...wanted.keys()].every((name) => applied.has(name))) return "already-current";
  await deploy(adminUrl, rootDir);
  return "migrated";
}

/** Migration folder → SHA-256 of its file, hex: what Prisma records in `_prisma_migrations.checksum`. */
function migrationsOf(rootDir: string): Map<string, string> {
  const folder = join(rootDir, "prisma", "migrations");
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return new Map(
    names.map(({ name }) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(folder, name, "migration.sql")))
        .digest("hex"),
    ]),
  );
}

async function appliedMigrations(adminUrl: string): Promise<Map<string, string>> {
  try {
    return await inSession(adminUrl, async (client) => {
      const version = await client.query<{ number: string }>(
        "SELECT current_setting('server_version_num') AS number",
      );
      requireVersion(Number(version.rows[0]?.number));
      const { rows } = await client.query<{ name: string; checksum: string }>(
        "SELECT migration_name AS name, checksum FROM public._prisma_migrations " +
          "WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
      );
      return new Map(rows.map((row) => [row.name, row.checksum]));
    });
  } catch (error) {
    // A new server or a new database: Prisma creates both the database and its table.
    if ([DATABASE_DOES_NOT_EXIST, TABLE_DOES_NOT_EXIST].includes(sqlState(error))) return new Map();
    throw error;
  }
}

function requireVersion(version: number): void {
  if (version >= OLDEST_SERVER) return;
  throw new DatabaseFault(
    "too-old",
    `PostgreSQL is version ${Math.floor(version / 10_000)}; Countersign needs 15 or later.`,
    "Put the address of a newer server in DATABASE_URL, or leave it out to use the embedded one.",
  );
}

function edited(name: string): DatabaseFault {
  return new DatabaseFault(
    "migration-edited",
    `Migration ${name} was changed after this database had applied it.`,
    "Restore the file and write a new migration instead. In development, `npm run reset` starts afresh.",
  );
}

function deploy(adminUrl: string, rootDir: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [join(rootDir, "scripts", "prisma.mjs"), "migrate", "deploy"],
      {
        cwd: rootDir,
        stdio: ["ignore", "pipe", "pipe"],
        // The address holds a password: in the environment only its owner can read it.
        env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, DATABASE_URL: adminUrl },
      },
    );
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) return resolve();
      reject(
        new DatabaseFault(
          "migration-failed",
          `Prisma could not migrate the database:\n${output.trim()}`,
          "Read Prisma's own words above. In development, `npm run reset` starts afresh.",
        ),
      );
    });
  });
}
