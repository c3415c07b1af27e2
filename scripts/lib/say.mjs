import { Failure } from "./failure.mjs";

const tty = process.stderr.isTTY === true && process.env.NO_COLOR === undefined;
const paint = (/** @type {string} */ code) => (/** @type {string} */ text) =>
  tty ? `\u001b[${code}m${text}\u001b[0m` : text;

export const bold = paint("1");
export const dim = paint("2");
export const red = paint("31");
export const green = paint("32");
export const yellow = paint("33");

/**
 * One line for the person at the terminal. Standard error, so that `--json` output stays clean.
 * @param {string} [line]
 */
export function say(line = "") {
  process.stderr.write(`${line}\n`);
}

/**
 * `850 ms`, `12.3 s`, `4 min 10 s`.
 * @param {number} milliseconds
 */
export function duration(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 90_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * Runs one step and reports it: `✓ packages  already installed  120 ms`.
 *
 * @template T
 * @param {string} name
 * @param {(note: (text: string) => void) => T | Promise<T>} work calls `note` with what the line should add
 * @returns {Promise<T>}
 */
export async function step(name, work) {
  const startedAt = performance.now();
  let remark = "";
  if (tty) process.stderr.write(dim(`… ${name}`));
  const clear = tty ? "\r\u001b[2K" : "";
  try {
    const result = await work((text) => {
      remark = text;
      if (tty) process.stderr.write(`${clear}${dim(`… ${name}  ${text}`)}`);
    });
    const took = dim(duration(performance.now() - startedAt));
    process.stderr.write(
      `${clear}${green("✓")} ${name.padEnd(18)} ${remark === "" ? "" : `${remark}  `}${took}\n`,
    );
    return result;
  } catch (error) {
    process.stderr.write(`${clear}${red("✗")} ${name}\n`);
    throw error;
  }
}

/**
 * Prints why a script stops. A `Failure` is told in its own words; anything else keeps its stack.
 * @param {unknown} error
 */
export function explain(error) {
  if (error instanceof Failure) {
    say(`\n${red("Stopped:")} ${error.what}`);
    if (error.details !== "") say(dim(indent(error.details)));
    say(`${bold("What to do:")} ${error.todo}`);
    return;
  }
  say(
    `\n${red("Stopped by a fault in Countersign itself:")} ${error instanceof Error ? error.stack : String(error)}`,
  );
}

/**
 * @param {string} text
 * @returns {string}
 */
export function indent(text) {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}

/**
 * Runs a script's main function and turns its end into an exit code: 0, or 1 after an explanation.
 * @param {() => Promise<number | void>} main
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    explain(error);
    process.exitCode = 1;
  }
}
