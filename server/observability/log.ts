/**
 * One line of JSON per event on standard error, or a line for people on a terminal.
 *
 * What can be logged is a closed list of scalar fields: an id, a count, a code, a duration. An object
 * handed over whole is how values, tokens and names end up in logs, so there is no way to hand one
 * over: a field that is not on the list does not compile, and is dropped at run time. Messages are
 * sentences written in the code, not text from outside.
 */

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Every field a line may have, beside the fixed ones. */
export const LOG_FIELDS = [
  "attempt",
  "bytes",
  "code",
  "correlationId",
  "count",
  "durationMs",
  "entryIndex",
  "exitCode",
  "grantId",
  "httpStatus",
  "keyLabel",
  "kind",
  "method",
  "path",
  "pid",
  "port",
  "reason",
  "requestId",
  "route",
  "secretId",
  "signal",
  "size",
  "statementDigest",
  "tenantId",
  "witness",
] as const;

export type LogField = (typeof LOG_FIELDS)[number];
export type LogFields = { readonly [K in LogField]?: string | number | boolean | undefined };

export type Log = {
  debug(event: string, message: string, fields?: LogFields): void;
  info(event: string, message: string, fields?: LogFields): void;
  warn(event: string, message: string, fields?: LogFields): void;
  error(event: string, message: string, fields?: LogFields): void;
};

export type LogOptions = {
  /** Which process speaks: `key-service`, `witness` … */
  readonly process: string;
  /** Lines below this level are not written. Default `info`. */
  readonly level?: LogLevel;
  /** JSON unless the stream is a terminal. */
  readonly format?: "json" | "people";
  readonly write?: (line: string) => void;
  readonly now?: () => Date;
};

const SEVERITY = { debug: 0, info: 1, warn: 2, error: 3 } satisfies Record<LogLevel, number>;
const ALLOWED: ReadonlySet<string> = new Set(LOG_FIELDS);
const LONGEST_TEXT = 512;

/**
 * A log for one process. Writing never throws: a full disk must not decide what the product does.
 * What must not be lost belongs into the ledger, not here.
 */
export function createLog(options: LogOptions): Log {
  const write = options.write ?? writeToStandardError;
  const now = options.now ?? (() => new Date());
  const people = (options.format ?? (process.stderr.isTTY ? "people" : "json")) === "people";
  const lowest = SEVERITY[options.level ?? "info"];
  const line =
    (level: LogLevel) =>
    (event: string, message: string, fields: LogFields = {}) => {
      if (SEVERITY[level] < lowest) return;
      const fixed = { time: now().toISOString(), level, process: options.process, event, message };
      const allowed = allowedOnly(fields);
      write(people ? forPeople(fixed, allowed) : JSON.stringify({ ...fixed, ...allowed }));
    };
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}

/** Same log with fields that every line of one piece of work carries, such as its correlation id. */
export function withFields(log: Log, common: LogFields): Log {
  const line =
    (level: LogLevel) =>
    (event: string, message: string, fields: LogFields = {}) =>
      log[level](event, message, { ...common, ...fields });
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}

function allowedOnly(fields: LogFields): Record<string, string | number | boolean> {
  const result: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (!ALLOWED.has(name) || value === undefined) continue;
    // Callers that lie about types (a cast, plain JavaScript) get no object through.
    if (typeof value === "string") result[name] = value.slice(0, LONGEST_TEXT);
    else if (typeof value === "number" || typeof value === "boolean") result[name] = value;
  }
  return result;
}

function forPeople(
  fixed: { time: string; level: LogLevel; process: string; event: string; message: string },
  fields: Record<string, string | number | boolean>,
): string {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const start = `${fixed.time.slice(11, 23)} ${fixed.level.padEnd(5)} ${fixed.process}`;
  const text = [start, fixed.message, `(${[fixed.event, ...pairs].join(" ")})`].join("  ");
  // Control characters could move a terminal's cursor and rewrite what stands above.
  return text.replace(/\p{Cc}/gu, "?");
}

function writeToStandardError(line: string): void {
  try {
    process.stderr.write(`${line}\n`);
  } catch {
    // Nobody reads standard error any more; there is nowhere left to say so.
  }
}
