import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../scripts/lib/free-port.mjs";
import { root } from "../scripts/lib/paths.mjs";
import { ports } from "../scripts/lib/processes.mjs";
import { lastLines, mustRun, run } from "../scripts/lib/run.mjs";
import type { BenchOptions, Figure } from "./figure.ts";

const READY = "Countersign runs";
const WARM_ROUNDS = 3;

/**
 * `npm start` in a copy of the tree without anything that git does not keep, to the line that says it is ready:
 * cold, with no packages, no token and no database but npm's cache of this machine; then warm.
 */
export default async function npmStart({ tell }: BenchOptions): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-clone-"));
  const env = await environmentOf(folder);
  try {
    tell("copying the tree");
    await copyTree(folder);
    tell("cold start");
    const cold = await startAndStop(folder, env, tell);
    const warm: number[] = [];
    for (let round = 1; round <= WARM_ROUNDS; round += 1) {
      tell(`warm start ${round} of ${WARM_ROUNDS}`);
      warm.push(await startAndStop(folder, env, () => {}));
    }
    warm.sort((a, b) => a - b);
    const median = warm[Math.floor(warm.length / 2)] ?? Number.NaN;
    return [
      { name: "npm start, cold", unit: "s", value: cold, better: "lower" },
      {
        name: "npm start, warm",
        unit: "s",
        value: median,
        samples: warm,
        aim: 15,
        better: "lower",
      },
    ];
  } finally {
    // What stands outside the folder, as root's PostgreSQL cluster does.
    await run("npm", ["run", "reset", "--", "--yes"], { cwd: folder, env });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What git keeps, as it stands now, committed or not. */
async function copyTree(folder: string): Promise<void> {
  const { stdout } = await mustRun(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    { what: "git does not list the tree", todo: "Run this in a clone." },
  );
  for (const path of stdout.split("\0")) {
    if (path !== "" && existsSync(join(root, path)))
      cpSync(join(root, path), join(folder, path), { recursive: true });
  }
}

async function environmentOf(folder: string): Promise<NodeJS.ProcessEnv> {
  const ours = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("COUNTERSIGN_") && !/^npm_(package|lifecycle)/.test(name),
  );
  const env: NodeJS.ProcessEnv = { ...Object.fromEntries(ours), INIT_CWD: folder };
  // Beside whatever runs from this checkout.
  for (const name of Object.keys(ports)) env[portVariable(name)] = String(await freePort());
  return env;
}

/** `gatewayStatus` is changed by `COUNTERSIGN_GATEWAY_STATUS_PORT`. */
function portVariable(name: string): string {
  const words = name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return `COUNTERSIGN_${words}_PORT`;
}

/** @returns seconds until it was ready */
function startAndStop(
  folder: string,
  env: NodeJS.ProcessEnv,
  tell: BenchOptions["tell"],
): Promise<number> {
  return new Promise((done, fail) => {
    const from = performance.now();
    let seconds: number | null = null;
    let said = "";
    // A group of its own, which Ctrl-C reaches as a whole.
    const child = spawn("npm", ["start"], { cwd: folder, env, detached: true, stdio: "pipe" });
    const hear = (text: string) => {
      said += text;
      const line = text.trimEnd().split("\n").at(-1) ?? "";
      if (seconds === null && line !== "") tell(line);
      if (seconds !== null || !said.includes(READY) || child.pid === undefined) return;
      seconds = (performance.now() - from) / 1_000;
      process.kill(-child.pid, "SIGINT");
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", hear);
    child.once("error", fail).once("close", () => {
      if (seconds !== null) done(seconds);
      else fail(new Error(`\`npm start\` ended before it was ready:\n${lastLines(said, 25)}`));
    });
  });
}
