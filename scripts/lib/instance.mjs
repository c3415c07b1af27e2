import { existsSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { codeOf, Failure } from "./failure.mjs";
import { isTaken } from "./free-port.mjs";
import { inState } from "./paths.mjs";
import { writePrivate } from "./secrets-files.mjs";

/** @typedef {{ pid: number, children: { name: string, pid: number }[] }} RunFile */

const runFile = () => inState("run.json");

/**
 * Writes down who runs, so that another start, and `npm run reset`, can tell.
 * @param {{ name: string, pid: number }[]} children
 */
export function recordInstance(children) {
  writePrivate(runFile(), JSON.stringify({ pid: process.pid, children }));
}

/** Ends the record of this run; another run's record stays. */
export function forgetInstance() {
  if (readRunFile()?.pid === process.pid) rmSync(runFile(), { force: true });
}

/**
 * The `npm start` that runs on this state folder, or null.
 * @returns {RunFile | null}
 */
export function runningInstance() {
  const recorded = readRunFile();
  return recorded !== null && isOurs(recorded.pid, "start.mjs") ? recorded : null;
}

/** @throws {Failure} where this checkout runs already */
export function requireNoInstance() {
  const running = runningInstance();
  if (running === null) return;
  throw new Failure(
    `Countersign already runs from this checkout (process ${running.pid}).`,
    `Use that one, or stop it with Ctrl-C in its terminal or \`kill ${running.pid}\`.`,
  );
}

/**
 * Ends processes whose supervisor died without ending them.
 * @returns {Promise<string[]>} their names
 */
export async function stopOrphans() {
  const recorded = readRunFile();
  if (recorded === null || isOurs(recorded.pid, "start.mjs")) return [];
  const orphans = recorded.children.filter(({ pid }) => isOurs(pid, "dist/"));
  for (const { pid } of orphans) process.kill(pid, "SIGTERM");
  const startedAt = performance.now();
  while (orphans.some(({ pid }) => isOurs(pid, "dist/"))) {
    if (performance.now() - startedAt > 10_000) {
      for (const { pid } of orphans) if (isOurs(pid, "dist/")) process.kill(pid, "SIGKILL");
    }
    await delay(20);
  }
  rmSync(runFile(), { force: true });
  return orphans.map(({ name }) => name);
}

/**
 * @param {{ name: string, port: number, variable: string }[]} wanted
 * @throws {Failure} naming a port that somebody else has
 */
export async function requireFreePorts(wanted) {
  for (const { name, port, variable } of wanted) {
    if (!(await isTaken(port))) continue;
    throw new Failure(
      `Port ${port}, which the ${name} needs, is taken by another program.`,
      `Stop that program (\`ss -ltnp 'sport = :${port}'\` names it), or choose another port: \`${variable}=<port> npm start\`.`,
    );
  }
}

/** @returns {RunFile | null} */
function readRunFile() {
  if (!existsSync(runFile())) return null;
  try {
    return JSON.parse(readFileSync(runFile(), "utf8"));
  } catch {
    // Half-written by a run that lost its power: it runs no more.
    return null;
  }
}

/**
 * Whether a process lives and its command line holds `mark`: process numbers are used again.
 * @param {number} pid
 * @param {string} mark
 */
function isOurs(pid, mark) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false;
  }
  if (!existsSync("/proc/self/cmdline")) return true;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(mark);
  } catch {
    return false;
  }
}
