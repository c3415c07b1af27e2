import { createReadStream, createWriteStream, existsSync, readFileSync } from "node:fs";
import { link, mkdir, open, readdir, readFile, rm, stat, unlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { BackupFault } from "../domain/backup-fault.ts";
import { type BackupLine, DATA_BYTES } from "../domain/backup-lines.ts";

export type FileToKeep = {
  /** Its name in the backup. */
  readonly path: string;
  readonly bytes: Buffer;
};

/** Files of the state folder without which a restored ledger could not be gone on with. */
const STATE_FILES = ["ledger-origin", "console-credential", "gateway-credential", "people.json"];

/** @throws Error where one cannot be read */
export async function stateFiles(stateDir: string): Promise<FileToKeep[]> {
  const there = STATE_FILES.filter((name) => existsSync(join(stateDir, name)));
  return Promise.all(
    there.map(async (name) => ({
      path: `state/${name}`,
      bytes: await readFile(join(stateDir, name)),
    })),
  );
}

/** The folder of a software token, from SoftHSM's configuration; null where the token is none. */
export function tokenFolder(library: string, softHsmConf: string | undefined): string | null {
  if (!library.includes("softhsm") || softHsmConf === undefined) return null;
  const text = readFileSync(softHsmConf, "utf8");
  const folder = /^\s*directories\.tokendir\s*=\s*(\/\S.*?)\s*$/m.exec(text)?.[1];
  if (folder !== undefined) return folder;
  throw new BackupFault(
    `${softHsmConf} does not name a folder of tokens.`,
    "Put an absolute path behind directories.tokendir.",
  );
}

/** @throws BackupFault where there is none */
export async function tokenFiles(folder: string): Promise<FileToKeep[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((it) => it.isFile() && !it.name.endsWith(".lock"));
  if (files.length === 0) {
    throw new BackupFault(
      `${folder} holds no token: the keys that open every value would not be in the backup.`,
      "Correct SOFTHSM2_CONF.",
    );
  }
  return Promise.all(
    files.map(async (it) => {
      const path = join(it.parentPath, it.name);
      return { path: `token/${relative(folder, path)}`, bytes: await readFile(path) };
    }),
  );
}

export function* linesOf({ path, bytes }: FileToKeep): Generator<BackupLine> {
  yield { file: path, bytes: bytes.length };
  for (let at = 0; at < bytes.length; at += DATA_BYTES)
    yield { data: bytes.subarray(at, at + DATA_BYTES).toString("base64") };
  yield { fileEnd: path };
}

/**
 * Writes a backup under its name when all of it is on the disk, 0600, and never over a file that is there.
 * @throws BackupFault, or what the source throws; then nothing is left behind
 */
export async function writeBackup(path: string, bytes: AsyncIterable<Buffer>): Promise<void> {
  if (existsSync(path)) {
    throw new BackupFault(`${path} is there already.`, "Name another file with --out.");
  }
  const part = `${path}.${process.pid}.part`;
  try {
    await pipeline(bytes, createWriteStream(part, { mode: 0o600, flags: "wx", flush: true }));
    await link(part, path); // unlike a rename, never over another
  } finally {
    await unlink(part).catch(() => undefined); // not there, or it stays: it is sealed, and its name says what it is
  }
  await syncFolder(dirname(path));
}

/** 0600, and never over a file that is there. @throws BackupFault */
export async function writePrivateKey(path: string, text: string): Promise<void> {
  if (existsSync(path)) {
    throw new BackupFault(`${path} is there already.`, "Name another file with --out.");
  }
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

export async function* readBackup(path: string): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path)) yield Buffer.from(chunk);
}

/** Where the files of a backup go back to; none may be there. */
export class FileRestorer {
  readonly #folders: { readonly state: string; readonly token: string | null };
  readonly #written: string[] = [];
  #open: { readonly path: string; readonly chunks: Buffer[] } | null = null;

  constructor(folders: { readonly state: string; readonly token: string | null }) {
    this.#folders = folders;
  }

  /** @throws BackupFault where one of them is there, or there is no place for it */
  async requireAbsent(paths: readonly string[]): Promise<void> {
    for (const path of [...paths, "state/checkpoint"]) {
      const target = this.#target(path);
      if (existsSync(target)) {
        throw new BackupFault(
          `${target} is there already. Nothing was restored.`,
          "Restore into an empty state folder and an empty token folder: nothing is ever restored over something.",
        );
      }
    }
    const { token } = this.#folders;
    const tokens = token === null ? [] : await readdir(token).catch(() => []);
    if (paths.some((it) => it.startsWith("token/")) && tokens.length > 0) {
      throw new BackupFault(
        `${token} holds a token already. Nothing was restored.`,
        "Point directories.tokendir of SOFTHSM2_CONF at an empty folder.",
      );
    }
  }

  begin(path: string): void {
    this.#open = { path, chunks: [] };
  }

  add(bytes: Buffer): void {
    this.#open?.chunks.push(bytes);
  }

  async end(): Promise<void> {
    if (this.#open !== null) await this.write(this.#open.path, Buffer.concat(this.#open.chunks));
    this.#open = null;
  }

  /** Durable on return. */
  async write(path: string, bytes: Uint8Array): Promise<void> {
    const target = this.#target(path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const file = await open(target, "wx", 0o600);
    this.#written.push(target);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await syncFolder(dirname(target));
  }

  /** Takes back what was written. */
  async undo(): Promise<void> {
    for (const path of this.#written.splice(0)) await rm(path, { force: true });
  }

  #target(path: string): string {
    const [home = "", ...rest] = path.split("/");
    const folder = home === "state" ? this.#folders.state : this.#folders.token;
    if (folder === null) {
      throw new BackupFault(
        "This backup holds a software token, and the configuration names another kind.",
        "Set COUNTERSIGN_PKCS11_MODULE to SoftHSM's library, and SOFTHSM2_CONF.",
      );
    }
    return join(folder, ...rest);
  }
}

/** @throws BackupFault where it cannot be read */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    throw new BackupFault(`${path} cannot be read.`, "Correct the path of the backup.", { cause });
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
