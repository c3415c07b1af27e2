import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { Failure } from "./failure.mjs";
import { root } from "./paths.mjs";

/**
 * @typedef {{ code: number, stdout: string, stderr: string, output: string }} Ended
 * @typedef {{
 *   cwd?: string, env?: NodeJS.ProcessEnv, uid?: number, gid?: number, input?: string,
 *   timeoutSeconds?: number, onLine?: (line: string) => void,
 * }} RunOptions
 */

/**
 * Runs a program to its end and collects what it said. Never through a shell.
 *
 * @param {string} program
 * @param {readonly string[]} args never a secret: other users can read command lines
 * @param {RunOptions} [options]
 * @returns {Promise<Ended>} code 127 when the program does not exist, 124 after the timeout
 */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      env: options.env ?? process.env,
      stdio: ["pipe", "pipe", "pipe"],
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    });
    let stdout = "";
    let stderr = "";
    let output = "";
    let timedOut = false;
    const timer =
      options.timeoutSeconds === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill("SIGKILL");
          }, options.timeoutSeconds * 1000);
    const take = (/** @type {string} */ text) => {
      output += text;
      const last = text.trimEnd().split("\n").at(-1)?.trim();
      if (last) options.onLine?.(last);
    };
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      take(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
      take(text);
    });
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve({ code: 127, stdout, stderr: error.message, output: error.message });
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (timedOut) output += `\nstopped after ${options.timeoutSeconds} s`;
      resolve({ code: timedOut ? 124 : (code ?? (signal ? 128 : 1)), stdout, stderr, output });
    });
    child.stdin.on("error", () => {
      // The program ended without reading its input; its exit code says why.
    });
    child.stdin.end(options.input ?? "");
  });
}

/**
 * Like `run`, but anything other than exit code 0 is a `Failure` with the last lines of output.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ what: string, todo: string } & RunOptions} options
 * @returns {Promise<Ended>}
 */
export async function mustRun(program, args, options) {
  const ended = await run(program, args, options);
  if (ended.code !== 0) {
    throw new Failure(`${options.what} (exit code ${ended.code}).`, options.todo, {
      details: lastLines(ended.output, 25),
    });
  }
  return ended;
}

/**
 * @param {string} text
 * @param {number} count
 */
export function lastLines(text, count) {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}

/**
 * Absolute path of a program on PATH (and the sbin folders, which ordinary users lack), or null.
 * @param {string} program
 * @returns {string | null}
 */
export function findProgram(program) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const folder of [...folders, "/usr/sbin", "/sbin"]) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder; the next one may have it.
    }
  }
  return null;
}
