import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { inRoot } from "../scripts/lib/paths.mjs";
import { adminEnvironment, emptyPlace, newBackupKeys } from "../tests/support/backups.ts";
import { type Installation, startInstallation } from "../tests/support/installation.ts";
import { startTestServer } from "../tests/support/postgres-cluster.ts";
import { enrolCast } from "../tests/support/story.ts";
import { createDatabaseOn } from "../tests/support/test-database.ts";
import { type BenchOptions, type Figure, median } from "./figure.ts";
import { appendOpenings, prepareUses } from "./long-history.ts";

const SIZES = [1_000, 10_000];
const ROUNDS = 3;
const LOOK_EVERY_MS = 10;

/** A backup of a ledger of many entries, as an operator makes it, and its restore into an empty place. */
export default async function backup({ tell }: BenchOptions): Promise<Figure[]> {
  const { server, stop } = await startTestServer();
  const installation = await startInstallation({ database: await createDatabaseOn(server) });
  try {
    tell("people enrol and sign requests");
    const cast = await enrolCast(installation);
    const uses = await prepareUses(cast, Math.max(...SIZES) / 2);
    const { child, ended } = installation.keyService();
    child.kill("SIGTERM");
    await ended;
    const figures: Figure[] = [];
    for (const size of SIZES) {
      tell(`appending up to ${size} entries`);
      await appendOpenings(installation, uses.splice(0, size / 2), size);
      const rounds: Round[] = [];
      while (rounds.length < ROUNDS) {
        tell(`${size} entries, round ${rounds.length + 1} of ${ROUNDS}`);
        const database = await createDatabaseOn(server);
        rounds.push(await once(installation, { size, database }));
        await database.drop();
      }
      const of = (name: string, unit: string, value: (it: Round) => number) =>
        median(`${name}, ${size} entries`, unit, rounds.map(value), { better: "lower" });
      figures.push(
        of("backup", "ms", (it) => it.made.ms),
        of("backup, most memory", "MiB", (it) => it.made.mebibytes),
        of("backup, its file", "MiB", (it) => it.file),
        of("restore", "ms", (it) => it.restored.ms),
        of("restore, most memory", "MiB", (it) => it.restored.mebibytes),
      );
    }
    return figures;
  } finally {
    await installation.stop();
    await stop();
  }
}

type Ran = { readonly ms: number; readonly mebibytes: number };
type Round = { readonly made: Ran; readonly restored: Ran; readonly file: number };

async function once(
  installation: Installation,
  of: { readonly size: number; readonly database: Awaited<ReturnType<typeof createDatabaseOn>> },
): Promise<Round> {
  const name = `${of.size}-${process.hrtime.bigint()}`;
  const keys = await newBackupKeys(installation.folder, `key-${name}`);
  const file = join(installation.folder, `${name}.backup`);
  const environment = adminEnvironment(installation);
  const made = await ran(["backup", "--to", keys.publicKey, "--out", file], environment);
  const place = await emptyPlace(installation, of.database);
  const there = { ...environment, ...place.environment };
  const restored = await ran(["restore", file, "--key", keys.file], there);
  const mebibytes = statSync(file).size / 2 ** 20;
  rmSync(file);
  return { made, restored, file: mebibytes };
}

async function ran(args: readonly string[], environment: Record<string, string>): Promise<Ran> {
  const from = performance.now();
  const child = spawn(process.execPath, [inRoot("dist", "admin.mjs"), ...args], {
    env: { PATH: process.env.PATH ?? "", ...environment },
    stdio: ["ignore", "ignore", "inherit"],
  });
  let kibibytes = 0;
  const looking = setInterval(() => {
    kibibytes = mostHeld(child) ?? kibibytes;
  }, LOOK_EVERY_MS);
  const code = await new Promise((done, fail) => child.once("error", fail).once("close", done));
  clearInterval(looking);
  if (code !== 0) throw new Error(`secrets admin ${args[0]} ended with ${code}`);
  return { ms: performance.now() - from, mebibytes: kibibytes / 1024 };
}

/** The most that it has held at any time so far, KiB; null once it has ended. */
function mostHeld({ pid }: ChildProcess): number | null {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}
