import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Resolves when `path` durably holds `content`: temporary file, fsync, rename, fsync of the folder. After a
 * failure it holds the old or the new content, never a mixture. Not for concurrent writers of one path.
 */
export async function writeAtomically(path: string, content: string, mode: number): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await open(temporary, "w", mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
