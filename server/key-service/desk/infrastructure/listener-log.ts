import type { RefusalCode } from "@countersign/protocol/refusals";

/** One line for each answered request. No body, header, query or id from a path: only what we named ourselves [L12]. */
export type RequestLine = {
  readonly correlation: string;
  readonly method: string;
  /** A path of the people-API, or `page`, `asset`, `probe`, `unknown`. */
  readonly path: string;
  readonly status: number;
  readonly code: RefusalCode | null;
  readonly durationMs: number;
};

/**
 * A fault, without its message: a message may quote what it choked on. `code` is a system or
 * database code such as `ECONNREFUSED` or `57P01`.
 */
export type FaultLine = {
  readonly correlation: string;
  readonly path: string;
  readonly name: string;
  readonly code: string | null;
  /** Places in the code, innermost first. */
  readonly frames: readonly string[];
  /** What the listener itself has to say, e.g. which output did not fit. */
  readonly note: string | null;
};

export type ListenerLog = {
  readonly request: (line: RequestLine) => void;
  readonly fault: (line: FaultLine) => void;
};

export function faultLine(
  error: unknown,
  of: { correlation: string; path: string; note?: string },
): FaultLine {
  const { correlation, path, note } = of;
  const about = { correlation, path, note: note ?? null };
  if (!(error instanceof Error)) return { ...about, name: typeof error, code: null, frames: [] };
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return {
    ...about,
    name: error.constructor.name,
    code: /^[A-Z0-9_]{2,40}$/.test(code) ? code : null,
    frames: frames.slice(0, 12).map((line) => line.trim()),
  };
}
