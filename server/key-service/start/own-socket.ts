import { chmodSync, rmSync } from "node:fs";
import type { Server } from "node:net";

/**
 * Listens on a unix socket that only this account can open, in place of what an earlier run left there.
 * @param path at most 107 characters, in a folder of mode 0700
 * @throws Error of the system where it cannot
 */
export async function listenForOwn(server: Server, path: string): Promise<void> {
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(path, resolve);
  });
  chmodSync(path, 0o600);
}
