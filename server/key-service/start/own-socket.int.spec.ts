import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { listenForOwn } from "./own-socket.ts";

it("NET-1 a socket is for its own account alone, in a folder that is made where there is none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-socket-"));
  const path = join(folder, "new", "rpc.sock");
  const server = createServer();
  try {
    await listenForOwn(server, path);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  } finally {
    await new Promise((done) => server.close(done));
    rmSync(folder, { recursive: true });
  }
});
