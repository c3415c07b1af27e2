import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** Every way in which a value could stand somewhere without being recognised at first sight. */
export const ENCODINGS = [
  "raw",
  "hex",
  "base64",
  "base64url",
  "percent",
  "json",
  "utf-16",
  "reversed",
] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** A text to look for. No two of its encodings look alike. ASCII: it must survive where only text does. */
export function newCanary(): string {
  return `Kn"9\\/+&%=${randomBytes(18).toString("base64url")}`;
}

/** The spellings of a text in one encoding: any of them gives it away. */
export function spellings(text: string, encoding: Encoding): Buffer[] {
  const bytes = Buffer.from(text);
  switch (encoding) {
    case "raw":
      return [bytes];
    case "hex":
      return [bytes.toString("hex"), bytes.toString("hex").toUpperCase()].map((it) =>
        Buffer.from(it),
      );
    case "base64":
    case "base64url":
      return [0, 1, 2].map((before) => base64Within(bytes, before, encoding));
    case "percent": {
      const every = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
      return [encodeURIComponent(text), every, every.toUpperCase()].map((it) => Buffer.from(it));
    }
    case "json": {
      const codes = [...text].map((it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`);
      return [JSON.stringify(text).slice(1, -1), codes.join("")].map((it) => Buffer.from(it));
    }
    case "utf-16":
      return [Buffer.from(text, "utf16le")];
    case "reversed":
      return [Buffer.from([...text].reverse().join("")), Buffer.from(bytes).reverse()];
  }
}

/**
 * What is always there of the base64 of anything that holds these bytes after `before` others (modulo 3): the
 * characters at both ends depend on the neighbours and are left off.
 */
function base64Within(bytes: Buffer, before: number, encoding: "base64" | "base64url"): Buffer {
  const whole = Buffer.concat([Buffer.alloc(before), bytes])
    .toString(encoding)
    .replace(/=+$/, "");
  const from = Math.ceil((before * 8) / 6);
  const to = Math.floor(((before + bytes.length) * 8) / 6);
  return Buffer.from(whole.slice(from, to));
}

export type Finding = {
  readonly place: string;
  readonly encoding: Encoding;
  readonly canary: string;
};

/** Looks for texts in bytes, in every encoding, and in what is compressed in them. */
export class CanaryScanner {
  readonly #needles: readonly { canary: string; encoding: Encoding; bytes: Buffer }[];
  readonly findings: Finding[] = [];
  /** How much was looked through: a scan of nothing finds nothing. */
  scannedBytes = 0;

  /** `canaries`: text by the name under which it is reported; the text itself never is. */
  constructor(canaries: Readonly<Record<string, string>>) {
    this.#needles = Object.entries(canaries).flatMap(([canary, text]) =>
      ENCODINGS.flatMap((encoding) =>
        spellings(text, encoding).map((bytes) => ({ canary, encoding, bytes })),
      ),
    );
  }

  look(place: string, bytes: Buffer): void {
    this.scannedBytes += bytes.length;
    for (const { canary, encoding, bytes: needle } of this.#needles) {
      if (bytes.includes(needle)) this.findings.push({ place, encoding, canary });
    }
    for (const inner of gunzipped(bytes)) this.look(`${place}, decompressed`, inner);
  }

  /**
   * Every file in a folder, however deep, that was written since `since` (milliseconds since 1970).
   * @param content what a file's bytes hold, where its format cuts that into pieces
   */
  lookInFolder(
    place: string,
    folder: string,
    { since = 0, content = (bytes: Buffer) => bytes } = {},
  ): void {
    for (const path of filesIn(folder)) {
      const stats = statIfThere(path);
      if (stats === null || stats.mtimeMs < since) continue;
      const bytes = readIfThere(path);
      if (bytes !== null) this.look(`${place} ${path}`, content(bytes));
    }
  }

  /** Environment and command line of processes and of all that they started. */
  lookInProcesses(place: string, pids: readonly number[]): number {
    const family = familyOf(pids);
    for (const pid of family) {
      for (const file of ["environ", "cmdline"]) {
        const bytes = readIfThere(`/proc/${pid}/${file}`);
        if (bytes !== null) this.look(`${place} ${file}`, bytes);
      }
    }
    return family.length;
  }

  /** Which encodings were found where: to prove that this scanner finds. */
  found(place: string): Set<Encoding> {
    return new Set(
      this.findings.filter((it) => it.place.startsWith(place)).map((it) => it.encoding),
    );
  }
}

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b, 0x08]);

function* gunzipped(bytes: Buffer): Generator<Buffer> {
  for (let at = bytes.indexOf(GZIP_MAGIC); at >= 0; at = bytes.indexOf(GZIP_MAGIC, at + 1)) {
    try {
      yield gunzipSync(bytes.subarray(at), { finishFlush: 2, maxOutputLength: 1 << 26 });
    } catch {
      // Three bytes that happened to look like the beginning of one.
    }
  }
}

/** Each folder by itself: one that another account keeps for itself, or that is gone, hides no other. */
function filesIn(folder: string): string[] {
  const entries = ifThere(() => readdirSync(folder, { withFileTypes: true })) ?? [];
  return entries.flatMap((it) => {
    const path = join(folder, it.name);
    if (it.isDirectory()) return filesIn(path);
    return it.isFile() ? [path] : [];
  });
}

function statIfThere(path: string): Stats | null {
  return ifThere(() => statSync(path));
}

function readIfThere(path: string): Buffer | null {
  return ifThere(() => readFileSync(path));
}

/** Gone meanwhile (a process: ESRCH), or another account's: others come and go in shared places. */
const NOT_OURS = ["ENOENT", "ENOTDIR", "ESRCH", "EACCES", "EPERM"];

function ifThere<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && "code" in error && NOT_OURS.includes(String(error.code)))
      return null;
    throw error;
  }
}

function familyOf(pids: readonly number[]): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const parent = /^PPid:\t(\d+)$/m.exec(
      readIfThere(`/proc/${name}/status`)?.toString() ?? "",
    )?.[1];
    if (/^\d+$/.test(name) && parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const family = new Set(pids);
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
  }
  return [...family];
}
