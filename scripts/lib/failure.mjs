/**
 * Something a person has to act on: what happened, and what to do about it.
 *
 * Every script ends with one of these or with success; anything else that is thrown is a bug of ours
 * and keeps its stack.
 */
export class Failure extends Error {
  /**
   * @param {string} what one sentence: what happened
   * @param {string} todo one sentence: what the reader can do
   * @param {{ details?: string, cause?: unknown }} [more] `details`: output worth reading, never a secret
   */
  constructor(what, todo, more = {}) {
    super(`${what}\n  → ${todo}`, { cause: more.cause });
    this.name = "Failure";
    this.what = what;
    this.todo = todo;
    this.details = more.details ?? "";
  }
}

/**
 * Message of whatever was thrown.
 * @param {unknown} error
 * @returns {string}
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Error code (`ENOENT`, …) of whatever was thrown, or an empty string.
 * @param {unknown} error
 * @returns {string}
 */
export function codeOf(error) {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
