import { spawn } from "node:child_process";
import { appendFileSync, writeFileSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as delay } from "node:timers/promises";
import { Failure } from "./failure.mjs";
import { readableLine } from "./show-line.mjs";

/**
 * @typedef {{
 *   name: string,
 *   command: readonly string[],
 *   env: NodeJS.ProcessEnv,
 *   cwd: string,
 *   isReady: () => Promise<boolean>,
 *   logFile: string,
 * }} ProcessSpec
 *
 * @typedef {{
 *   onLine: (name: string, line: string, wasReady: boolean) => void,
 *   onEvent: (event: SupervisorEvent) => void,
 *   firstBackoffMs?: number, longestBackoffMs?: number, readyTimeoutMs?: number, stopTimeoutMs?: number,
 * }} SupervisorOptions
 *
 * @typedef {{ kind: "died", name: string, how: string, lastLines: string[], wasReady: boolean,
 *     restartInMs: number }
 *   | { kind: "restarted", name: string, pid: number }
 *   | { kind: "killed", name: string }} SupervisorEvent
 */

const LAST_LINES = 15;

/** How many times a process may die before it was ready once. */
const STARTS_BEFORE_GIVING_UP = 3;

/** A process that lived this long has recovered: the next death starts with the shortest pause. */
const RECOVERED_MS = 60_000;

/**
 * Keeps processes running: a death is reported with the last lines and answered by a restart, after a
 * pause that doubles. Children run in sessions of their own, so that Ctrl-C reaches only us and we
 * decide the order of the end.
 */
export class Supervisor {
  /** @type {SupervisedProcess[]} in order of their start */
  #processes = [];
  /** @type {SupervisorOptions} */
  #options;

  /** @param {SupervisorOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /**
   * Starts one process and returns when it is ready.
   * @param {ProcessSpec} spec
   * @throws {Failure} when it dies three times first, or is not ready in time
   */
  async start(spec) {
    const supervised = new SupervisedProcess(spec, this.#options);
    this.#processes.push(supervised);
    await supervised.start();
  }

  /** @returns {{ name: string, pid: number }[]} */
  running() {
    return this.#processes.flatMap(({ spec, pid }) =>
      pid === undefined ? [] : [{ name: spec.name, pid }],
    );
  }

  /** Ends all, the last started first, each with SIGTERM and after a while SIGKILL. */
  async stop() {
    for (const supervised of this.#processes.toReversed()) await supervised.stop();
  }

  /** Ends all at once, without asking. */
  kill() {
    for (const supervised of this.#processes) supervised.kill();
  }
}

class SupervisedProcess {
  /** @type {import("node:child_process").ChildProcess | undefined} */
  #child;
  /** @type {string[]} */
  #lastLines = [];
  #stopping = false;
  #everReady = false;
  #deaths = 0;
  #startedAt = 0;
  /** Ends a pause before a restart early. */
  #pause = new AbortController();
  /** @type {Promise<void>} */
  #exited = Promise.resolve();
  /** @type {((failure: Failure) => void) | undefined} */
  #giveUp;

  /**
   * @param {ProcessSpec} spec
   * @param {SupervisorOptions} options
   */
  constructor(spec, options) {
    this.spec = spec;
    this.options = options;
  }

  get pid() {
    return this.#child?.pid;
  }

  async start() {
    writeFileSync(this.spec.logFile, "", { mode: 0o600 });
    /** @type {Promise<never>} */
    const givenUp = new Promise((_, reject) => {
      this.#giveUp = reject;
    });
    this.#launch();
    await Promise.race([this.#untilReady(), givenUp]);
    this.#everReady = true;
  }

  #launch() {
    const [program = "", ...args] = this.spec.command;
    const child = spawn(program, args, {
      cwd: this.spec.cwd,
      env: this.spec.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.#child = child;
    this.#startedAt = performance.now();
    for (const stream of [child.stdout, child.stderr]) this.#readLines(stream);
    this.#exited = new Promise((resolve) => {
      child.once("error", (error) => {
        this.#died(`could not be started: ${error.message}`);
        resolve();
      });
      // "close" rather than "exit": its last lines have been read.
      child.once("close", (code, signal) => {
        if (child.pid !== undefined) {
          this.#died(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`);
        }
        resolve();
      });
    });
  }

  /** @param {import("node:stream").Readable} stream */
  #readLines(stream) {
    const decoder = new StringDecoder("utf8");
    let rest = "";
    stream.on("data", (chunk) => {
      appendFileSync(this.spec.logFile, chunk);
      const lines = (rest + decoder.write(chunk)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#take(line);
    });
    stream.on("end", () => {
      if (rest !== "") this.#take(rest);
    });
  }

  /** @param {string} line */
  #take(line) {
    this.#lastLines = [...this.#lastLines, line].slice(-LAST_LINES);
    this.options.onLine(this.spec.name, line, this.#everReady);
  }

  /** @param {string} how */
  #died(how) {
    this.#child = undefined;
    if (this.#stopping) return;
    if (performance.now() - this.#startedAt > RECOVERED_MS) this.#deaths = 0;
    this.#deaths += 1;
    const { name, logFile } = this.spec;
    if (!this.#everReady && this.#deaths >= STARTS_BEFORE_GIVING_UP) {
      this.#stopping = true;
      this.#giveUp?.(
        new Failure(
          `The process ${name} ${how}, ${this.#deaths} times in a row.`,
          `Read its last words above; all of them are in ${logFile}.`,
          { details: this.#lastLines.map(readableLine).join("\n") },
        ),
      );
      return;
    }
    const { firstBackoffMs = 500, longestBackoffMs = 30_000 } = this.options;
    const restartInMs = Math.min(firstBackoffMs * 2 ** (this.#deaths - 1), longestBackoffMs);
    const lastLines = this.#lastLines;
    this.#lastLines = [];
    const wasReady = this.#everReady;
    this.options.onEvent({ kind: "died", name, how, lastLines, wasReady, restartInMs });
    void this.#restart(restartInMs);
  }

  /** @param {number} afterMs */
  async #restart(afterMs) {
    try {
      await delay(afterMs, undefined, { signal: this.#pause.signal });
    } catch {
      // Stopped during the pause.
      return;
    }
    this.#launch();
    const pid = this.pid;
    if (pid !== undefined) this.options.onEvent({ kind: "restarted", name: this.spec.name, pid });
  }

  async #untilReady() {
    const { readyTimeoutMs = 60_000 } = this.options;
    const startedAt = performance.now();
    while (!this.#stopping) {
      if (this.#child !== undefined && (await this.spec.isReady())) return;
      if (performance.now() - startedAt > readyTimeoutMs) {
        throw new Failure(
          `The process ${this.spec.name} runs, but was not ready after ${readyTimeoutMs / 1000} s.`,
          `Read its last words above; all of them are in ${this.spec.logFile}.`,
          { details: this.#lastLines.map(readableLine).join("\n") },
        );
      }
      await delay(50);
    }
  }

  async stop() {
    this.#stopping = true;
    this.#pause.abort();
    const child = this.#child;
    if (child === undefined) return;
    child.kill("SIGTERM");
    const timer = setTimeout(() => {
      this.options.onEvent({ kind: "killed", name: this.spec.name });
      child.kill("SIGKILL");
    }, this.options.stopTimeoutMs ?? 10_000);
    await this.#exited;
    clearTimeout(timer);
  }

  kill() {
    this.#stopping = true;
    this.#pause.abort();
    this.#child?.kill("SIGKILL");
  }
}

/**
 * A readiness check over HTTP: 200 is ready, anything else is not yet.
 * @param {string} url
 */
export function answersOk(url) {
  return async () => {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      await response.body?.cancel();
      return response.status === 200;
    } catch {
      // Nobody listens yet, or it is busy starting; the caller's deadline says when that is too long.
      return false;
    }
  };
}
