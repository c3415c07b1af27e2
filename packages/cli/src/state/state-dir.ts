import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { z } from "zod";
import { Stop } from "../stop.ts";

const MAX_STATE_BYTES = 1024 * 1024;

/**
 * The command line's own files: keys, pins, what was last seen of the ledger, requests under way. Never
 * a value. Directories are 0700 and files 0600; writes replace a file whole and are on the disk when
 * they return.
 */
export type StateDir = {
  readonly path: string;
  /** Null where there is no such file. @throws Stop `state-unusable` where it is damaged or open to others. */
  read<T>(name: string, schema: z.ZodType<T>): T | null;
  readText(name: string): string | null;
  write(name: string, value: unknown): void;
  writeText(name: string, text: string): void;
  remove(name: string): void;
  /** File names in a sub-directory, sorted; empty where it does not exist. */
  list(directory: string): string[];
};

export function openStateDir(path: string): StateDir {
  const at = (name: string) => join(path, name);
  const guard = <T>(what: string, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (error instanceof Stop) throw error;
      throw unusable(path, what, error);
    }
  };
  const readText = (name: string): string | null =>
    guard("read", () => readPrivate(path, at(name)));
  const writeText = (name: string, text: string): void =>
    guard("write", () => writePrivate(path, at(name), text));
  return {
    path,
    readText,
    writeText,
    read: (name, schema) => {
      const text = readText(name);
      return text === null ? null : parseState(at(name), text, schema);
    },
    write: (name, value) => writeText(name, `${JSON.stringify(value, null, 2)}\n`),
    remove: (name) => guard("remove from", () => rmSync(at(name), { force: true })),
    list: (directory) =>
      guard("list", () => {
        try {
          return readdirSync(at(directory)).sort();
        } catch (error) {
          if (isMissing(error)) return [];
          throw error;
        }
      }),
  };
}

function readPrivate(root: string, file: string): string | null {
  try {
    refuseOpenToOthers(root);
    refuseOpenToOthers(file);
    if (lstatSync(file).size > MAX_STATE_BYTES) throw damaged(file);
    return readFileSync(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Others who can write here could plant a device key or a pin; others who can read could use the key. */
function refuseOpenToOthers(path: string): void {
  const facts = lstatSync(path);
  const own = process.getuid?.();
  const foreign = own !== undefined && facts.uid !== own;
  if (!foreign && (facts.mode & 0o077) === 0 && !facts.isSymbolicLink()) return;
  throw new Stop(
    "state-unusable",
    `${path} ${foreign ? "belongs to somebody else" : facts.isSymbolicLink() ? "is a symbolic link" : "is open to other users of this machine"}.`,
    foreign || facts.isSymbolicLink()
      ? `Remove ${path}, then: secrets login`
      : `chmod go= ${path}; if others may have read it: secrets revoke device, then secrets login`,
  );
}

function writePrivate(root: string, file: string, text: string): void {
  makePrivate(root);
  if (dirname(file) !== root) makePrivate(dirname(file));
  const next = `${file}.${randomBytes(6).toString("hex")}.new`;
  const fd = openSync(next, "wx", 0o600);
  try {
    writeFileSync(fd, text);
    fsyncSync(fd);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  renameSync(next, file);
  syncDirectory(dirname(file));
}

function makePrivate(directory: string): void {
  const made = mkdirSync(directory, { recursive: true, mode: 0o700 });
  // The process's umask may have taken bits from us, never given any to others.
  if (made !== undefined) chmodSync(directory, 0o700);
}

function syncDirectory(directory: string): void {
  const fd = openSync(directory, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function parseState<T>(file: string, text: string, schema: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged(file);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw damaged(file);
}

function damaged(file: string): Stop {
  return new Stop(
    "state-unusable",
    `${file} is damaged, or of another version of secrets.`,
    `Move it away, then: secrets login`,
  );
}

function unusable(path: string, what: string, error: unknown): Stop {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  const hint =
    code === "ENOSPC"
      ? "The disk is full: free some space, then run the same command again."
      : `Look after ${path}, then run the same command again.`;
  return new Stop("state-unusable", `Could not ${what} ${path} (${code}).`, hint);
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    (error.code === "ENOENT" || error.code === "ENOTDIR")
  );
}
