import { dim, red, say, yellow } from "./say.mjs";

/**
 * @typedef {{ level?: string, event?: string, message?: string, code?: string, reason?: string }} LogLine
 */

/**
 * Shows one line of a process as it comes: warnings and errors; routine ones stay in the log file, and
 * what a process says before it is ready is shown only if it dies (`readableLine`).
 *
 * @param {string} name
 * @param {string} line
 * @param {boolean} wasReady
 */
export function showLine(name, line, wasReady) {
  const level = parse(line)?.level;
  if (!wasReady || level === "debug" || level === "info") return;
  const paint = level === "error" ? red : level === "warn" ? yellow : String;
  say(`${dim(name.padEnd(12))} ${paint(readableLine(line))}`);
}

/**
 * A structured line as a sentence; any other line as it is.
 * @param {string} line
 */
export function readableLine(line) {
  const structured = parse(line);
  if (structured === null) return line;
  const { event, message = "", code, reason } = structured;
  const more = [event, code, reason].filter((part) => part !== undefined).join(" ");
  return `${message}  (${more})`;
}

/**
 * @param {string} line
 * @returns {LogLine | null}
 */
function parse(line) {
  if (!line.startsWith("{")) return null;
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
