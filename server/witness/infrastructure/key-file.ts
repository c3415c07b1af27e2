import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { lstat, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { writeAtomically } from "./atomic-write.ts";

/**
 * The witness's Ed25519 key, PKCS#8 PEM, readable by its user alone. Created at the first start.
 * @throws Error where others may read the file
 */
export async function loadOrCreateKey(path: string): Promise<KeyObject> {
  const mode = await modeOf(path);
  if (mode === null) return createKey(path);
  if ((mode & 0o077) !== 0) {
    throw new Error(
      `${path} is readable by others (mode ${(mode & 0o777).toString(8)}). If nobody else can have read it, ` +
        `run chmod 600 ${path}; otherwise remove it, start again and register the new key with the logs`,
    );
  }
  return createPrivateKey(await readFile(path));
}

async function createKey(path: string): Promise<KeyObject> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync("ed25519");
  await writeAtomically(
    path,
    privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    0o600,
  );
  return privateKey;
}

async function modeOf(path: string): Promise<number | null> {
  try {
    return (await lstat(path)).mode;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
