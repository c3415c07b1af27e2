import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeOf } from "./failure.mjs";
import { inRoot, inState, root } from "./paths.mjs";

/**
 * @typedef {{ name: string, passed: number, failed: number, skipped: number, durationMs: number,
 *   failures: string[], skips: string[], files: { path: string, passed: number, failed: number }[] }} Tally
 * @typedef {{ fullName: string, status: string }} Assertion
 * @typedef {{ success: boolean, testResults: { name: string, status: string, message: string,
 *   assertionResults: Assertion[] }[] }} VitestJson
 */

/**
 * Runs one vitest project to its end, its output shown as it comes, and counts.
 *
 * A file that cannot be loaded, an unhandled error and a run that dies count as failures: a run that
 * found fewer tests than there are must not look like success.
 *
 * @param {string} project
 * @param {{ files?: string[], env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<Tally>}
 */
export async function runVitest(project, options = {}) {
  const startedAt = performance.now();
  const resultFile = inState("vitest", `${project}-${process.pid}.json`);
  const args = [
    ...[inRoot("node_modules", "vitest", "vitest.mjs"), "run", "--project", project],
    ...["--passWithNoTests", "--reporter=default", "--reporter=json"],
    ...[`--outputFile.json=${resultFile}`, ...(options.files ?? [])],
  ];
  const folder = mkdtempSync(join(tmpdir(), "countersign-run-"));
  const env = { ...process.env, ...options.env, COUNTERSIGN_TEST_FOLDER: folder };
  const code = await shown(args, env);
  rmSync(folder, { recursive: true, force: true });
  const tally = count(project, read(resultFile), code);
  rmSync(resultFile, { force: true });
  return { ...tally, durationMs: Math.round(performance.now() - startedAt) };
}

/**
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
function shown(args, env) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env,
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.once("error", () => resolve(127));
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

/**
 * @param {string} file
 * @returns {VitestJson | null} null when vitest found no test, or died before it could write
 */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

/**
 * @param {string} name
 * @param {VitestJson | null} results
 * @param {number} code
 * @returns {Tally}
 */
export function count(name, results, code) {
  const files = results?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults);
  const failures = [
    ...tests.filter((test) => test.status === "failed").map((test) => test.fullName),
    ...files
      .filter((file) => file.status === "failed" && file.assertionResults.every(notFailed))
      .map((file) => `${file.name}: ${file.message.split("\n")[0]}`),
  ];
  if (failures.length === 0 && code !== 0) {
    failures.push(`${name}: vitest ended with exit code ${code} although no test failed`);
  }
  const skips = tests
    .filter((test) => ["skipped", "pending", "todo", "disabled"].includes(test.status))
    .map((test) => test.fullName);
  const passed = tests.filter((test) => test.status === "passed").length;
  return {
    name,
    passed,
    failed: failures.length,
    skipped: skips.length,
    durationMs: 0,
    failures,
    skips,
    files: files.map(({ name: path, status, assertionResults }) => ({
      path,
      passed: assertionResults.filter((test) => test.status === "passed").length,
      failed: Math.max(
        assertionResults.filter((test) => test.status === "failed").length,
        status === "failed" ? 1 : 0,
      ),
    })),
  };
}

/** @param {Assertion} test */
function notFailed(test) {
  return test.status !== "failed";
}
