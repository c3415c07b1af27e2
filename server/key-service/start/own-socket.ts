import { chmodSync, mkdirSync, rmSync } from "node:fs";
import type { Server } from "node:net";
import { dirname } from "node:path";

/**
 * Listens on a unix socket that only this account can open, in place of what an earlier run left there. A folder that
 * is not there yet is made: the system would say "permission denied" of it.
 * @param path at most 107 characters, in a folder of mode 0700
 * @throws Error of the system where it cannot
 */
export async function listenForOwn(server: Server, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(path, resolve);
  });
  chmodSync(path, 0o600);
}
