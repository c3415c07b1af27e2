import { dim, red, say, yellow } from "./say.mjs";

/**
 * Shows one line of a process. A structured line becomes a sentence; routine ones stay in the log file.
 * @param {string} name
 * @param {string} line
 */
export function showLine(name, line) {
  const structured = parse(line);
  if (structured === null) {
    say(`${dim(name.padEnd(12))} ${line}`);
    return;
  }
  const { level, event, message, code, reason } = structured;
  if (level === "debug" || level === "info" || level === undefined) return;
  const paint = level === "error" ? red : yellow;
  const more = [event, code, reason].filter((part) => part !== undefined).join(" ");
  say(`${dim(name.padEnd(12))} ${paint(message ?? "")} ${dim(more)}`);
}

/**
 * @param {string} line
 * @returns {{ level?: string, event?: string, message?: string, code?: string, reason?: string } | null}
 */
function parse(line) {
  if (!line.startsWith("{")) return null;
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
