import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Stop } from "../stop.ts";

/**
 * Finds a program the way a shell does, and looks whether it can start, before any use is spent.
 * @returns its path. @throws Stop `command-not-found` (127) or `command-not-runnable` (126), as `env` does.
 */
export function findCommand(name: string, path: string): string {
  if (name === "")
    throw new Stop("command-not-found", "There is no command behind `--`.", "secrets exec --help");
  const places = name.includes("/")
    ? [name]
    : path.split(delimiter).map((directory) => join(directory || ".", name));
  const found = places.find(isProgram);
  if (found !== undefined) {
    requireStartable(found);
    return found.includes("/") ? found : `./${found}`;
  }
  if (places.some(exists))
    throw new Stop(
      "command-not-runnable",
      "That command is not a program that you may run. No use was spent.",
    );
  throw new Stop(
    "command-not-found",
    "There is no such command. No use was spent.",
    "Check the name, or give its path.",
  );
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function exists(file: string): boolean {
  try {
    return statSync(file) !== undefined;
  } catch {
    return false;
  }
}

/** A script whose first line names no interpreter, or one that is not there, would fail after the use is spent. */
function requireStartable(file: string): void {
  const head = headOf(file);
  if (head === null) return; // executable but not readable: only running it will tell
  const script = /^#!\s*(\S+)/.exec(head.toString("latin1"))?.[1];
  if (script !== undefined && !isProgram(script)) {
    throw new Stop(
      "command-not-runnable",
      "That command is a script whose interpreter is not there. No use was spent.",
    );
  }
  const isBinary = head.includes(0) || process.platform !== "linux";
  if (script === undefined && !isBinary) {
    throw new Stop(
      "command-not-runnable",
      "That command is a text file without an interpreter line, which only a shell can run. No use was spent.",
      "secrets exec … -- sh FILE",
    );
  }
}

function headOf(file: string): Buffer | null {
  try {
    const fd = openSync(file, "r");
    try {
      const head = Buffer.alloc(128);
      return head.subarray(0, readSync(fd, head, 0, head.length, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}
