import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { type Instant, instant } from "@countersign/protocol/instants";
import { z } from "zod";
import type { StateDir } from "../state/state-dir.ts";
import { Stop } from "../stop.ts";

/** What `tidy` needs to find a file again: where it is and that it still is the same one. Never its content. */
const record = z.strictObject({
  v: z.literal(1),
  path: z.string().max(4096),
  device: z.string().max(30),
  inode: z.string().max(30),
  expiresAt: instant,
});
export type OutRecord = z.infer<typeof record>;

/** A 0600 file that was made but not filled yet: that it can be made is known before a use is spent. */
export type OutFile = {
  readonly path: string;
  fill(value: Uint8Array, expiresAt: Instant): void;
  /** Takes the empty file away again. */
  abandon(): void;
};

/** @throws Stop `unsafe-place` where something already stands there: nothing is overwritten, no link followed. */
export function createOutFile(state: StateDir, path: string): OutFile {
  let fd: number;
  try {
    fd = openSync(
      path,
      constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW,
      0o600,
    );
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new Stop(
      "unsafe-place",
      code === "EEXIST"
        ? "The file of --out exists already; it was left alone."
        : `The file of --out could not be made (${code}).`,
      code === "EEXIST" ? "Name another file, or remove that one." : null,
    );
  }
  fchmodSync(fd, 0o600);
  return {
    path,
    fill: (value, expiresAt) => {
      const facts = fstatSync(fd, { bigint: true });
      remember(state, {
        v: 1,
        path,
        device: String(facts.dev),
        inode: String(facts.ino),
        expiresAt,
      });
      try {
        writeFileSync(fd, value);
        writeFileSync(sidecarOf(path), `${expiresAt}\n`, { mode: 0o600 });
      } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
        rmSync(path, { force: true });
        throw new Stop(
          "unsafe-place",
          `The value could not be written (${code}). The use is spent, but the same one can be opened again.`,
        );
      } finally {
        closeSync(fd);
      }
    },
    abandon: () => {
      closeSync(fd);
      rmSync(path, { force: true });
    },
  };
}

/** Beside the file: when it must be gone, as one line, for people and programs. */
const sidecarOf = (path: string) => `${path}.expires`;
const nameOf = (path: string) =>
  `outputs/${createHash("sha256").update(path).digest("hex").slice(0, 32)}.json`;

function remember(state: StateDir, of: OutRecord): void {
  state.write(nameOf(of.path), of);
}

export type Tidied = {
  readonly path: string;
  readonly gone: "removed" | "was-not-there" | "another-file";
};

/** Overwrites and removes written values whose time is over. A file that was replaced meanwhile is left alone. */
export function tidyOutFiles(state: StateDir, nowMs: number, everything = false): Tidied[] {
  return state.list("outputs").flatMap((file): Tidied[] => {
    const found = state.read(`outputs/${file}`, record);
    if (found === null || (!everything && Date.parse(found.expiresAt) > nowMs)) return [];
    const gone = removeOwn(found);
    state.remove(`outputs/${file}`);
    return [{ path: found.path, gone }];
  });
}

function removeOwn(of: OutRecord): Tidied["gone"] {
  let fd: number;
  try {
    const facts = lstatSync(of.path, { bigint: true });
    if (String(facts.dev) !== of.device || String(facts.ino) !== of.inode || !facts.isFile())
      return "another-file";
    fd = openSync(of.path, constants.O_WRONLY | constants.O_NOFOLLOW);
  } catch {
    rmSync(sidecarOf(of.path), { force: true });
    return "was-not-there";
  }
  try {
    writeSync(fd, Buffer.alloc(fstatSync(fd).size), 0, undefined, 0);
  } finally {
    closeSync(fd);
  }
  rmSync(of.path, { force: true });
  rmSync(sidecarOf(of.path), { force: true });
  return "removed";
}
