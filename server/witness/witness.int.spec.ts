import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLog } from "../observability/log.ts";
import { Cosigner } from "./domain/cosigner.ts";
import { createTestLog, origin, rootOf } from "./domain/witness.fixture.ts";
import { CheckpointStore } from "./infrastructure/checkpoint-store.ts";
import { createWitnessServer } from "./infrastructure/http-server.ts";
import { loadOrCreateKey } from "./infrastructure/key-file.ts";
import { LogKeysFile } from "./infrastructure/log-keys-file.ts";
import { Witness } from "./witness.ts";
import { witnessFigures } from "./witness-figures.ts";

const log = createTestLog();
const eve = createTestLog();
const { privateKey } = generateKeyPairSync("ed25519");
const now = Date.UTC(2026, 10, 23);

describe("the witness over HTTP", () => {
  let folder: string;
  let server: Server;
  /** The last line of its log. */
  let told = "";
  let url: string;
  const reports: string[] = [];

  async function start(): Promise<void> {
    const witness = new Witness({
      cosigner: new Cosigner("witness.test/1", privateKey),
      store: new CheckpointStore(join(folder, "state")),
      logKeys: new LogKeysFile(join(folder, "logs")),
      now: () => now,
    });
    await witness.checkReady();
    server = createWitnessServer(
      witness,
      createLog({
        process: "witness",
        format: "json",
        write: (line) => {
          const { event, message } = JSON.parse(line);
          reports.push(event);
          told = message;
        },
      }),
      witnessFigures(),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // listening on TCP: an AddressInfo
  }
  async function stop(): Promise<void> {
    server.close();
    server.closeAllConnections();
  }
  const submit = (body: string | Uint8Array<ArrayBuffer>) =>
    fetch(`${url}/add-checkpoint`, { method: "POST", body });
  const latest = (of: string) => fetch(`${url}/checkpoint?${new URLSearchParams({ origin: of })}`);
  const stateFile = async (): Promise<string> => {
    const [name] = await readdir(join(folder, "state"));
    return join(folder, "state", name ?? "missing");
  };

  beforeEach(async () => {
    reports.length = 0;
    folder = await mkdtemp(join(tmpdir(), "witness-"));
    await writeFile(join(folder, "logs"), `# logs\n\n${log.verifierKey}\n`);
    await start();
  });
  afterEach(async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("AUD-2 cosigns a first checkpoint, a continuation and a heartbeat", async () => {
    for (const [old, size] of [
      [0, 4],
      [4, 7],
      [7, 7],
    ] as const) {
      const response = await submit(log.submission(old, size));
      expect(response.status).toBe(200);
      expect(await response.text()).toMatch(/^— witness\.test\/1 \S+\n$/u);
    }
    const kept = await (await latest(origin)).text();
    expect(kept.split("\n\n")[0]).toBe(log.note(7).split("\n\n")[0]);
    expect(kept).toBe(await readFile(await stateFile(), "utf8"));
  });

  const answers: readonly (readonly [string, string, number, RegExp])[] = [
    ["a body that is no submission", "hello", 400, /tlog-witness/],
    ["an old size above the new one", log.submission(9, 7), 400, /old size/],
    ["another log", createTestLog("log.test/other").submission(0, 4), 404, /does not serve/],
    ["Eve's signature", eve.submission(4, 7), 403, /not signed/],
    ["a wrong old size", log.submission(0, 7), 409, /^4\n$/],
    ["a fork of the same size", log.submission(4, 4, { root: rootOf(1, 5) }), 409, /^4\n$/],
    ["a rewritten history", log.submission(4, 7, { root: rootOf(1, 8) }), 422, /proof/],
  ];
  for (const [what, body, status, text] of answers) {
    it(`AUD-2 answers ${status} to ${what} and remembers what it did before`, async () => {
      await submit(log.submission(0, 4));
      const before = await readFile(await stateFile(), "utf8");
      const response = await submit(body);
      expect(response.status).toBe(status);
      expect(await response.text()).toMatch(text);
      expect(response.headers.get("content-type")).toBe(
        status === 409 ? "text/x.tlog.size" : "text/plain; charset=utf-8",
      );
      expect(await readFile(await stateFile(), "utf8")).toBe(before);
      expect(reports).toEqual(status === 422 ? ["inconsistent-checkpoint"] : []);
    });
  }

  it("AUD-2 remembers after a restart, and says so to whoever asks", async () => {
    await submit(log.submission(0, 4));
    await stop();
    await start();
    expect((await submit(log.submission(0, 7))).status).toBe(409);
    expect(await (await latest(origin)).text()).toContain(`${origin}\n4\n`);
  });

  it("answers 204 before the first checkpoint of a log, 404 for a log it does not serve", async () => {
    expect((await latest(origin)).status).toBe(204);
    expect((await latest("log.test/other")).status).toBe(404);
    expect((await fetch(`${url}/checkpoint`)).status).toBe(404);
  });

  it("AUD-2 takes one of two submissions that race for the same old size", async () => {
    await submit(log.submission(0, 4));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => submit(log.submission(4, 5 + i))),
    );
    expect(answers.filter((r) => r.status === 200)).toHaveLength(1);
    expect(answers.filter((r) => r.status === 409)).toHaveLength(19);
  });

  it("AUD-2 L35 cosigns nothing that it could not keep: a failed write", async () => {
    await submit(log.submission(0, 4));
    // A folder in the place of the temporary file: opening it for writing fails, also for root.
    const obstacle = `${await stateFile()}.tmp`;
    await mkdir(obstacle);
    expect((await submit(log.submission(4, 7))).status).toBe(500);
    expect(reports).toEqual(["request-failed"]);
    expect(await (await latest(origin)).text()).toContain("\n4\n");
    await rm(obstacle, { recursive: true });
    expect((await submit(log.submission(4, 7))).status).toBe(200);
  });

  it("AUD-2 refuses to go on from a state that the log did not sign", async () => {
    await submit(log.submission(0, 4));
    await writeFile(await stateFile(), eve.note(2));
    expect((await submit(log.submission(4, 7))).status).toBe(500);
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toMatch(/cosigns nothing; its log says why/);
    expect(told).toMatch(/do not delete it/);
    await stop();
    await expect(start()).rejects.toThrow(/Restore the file/);
  });

  it("serves a log as soon as its key stands in the file, none before, and names a line that is no key", async () => {
    await rm(join(folder, "logs"));
    expect((await submit(log.submission(0, 4))).status).toBe(404);
    await writeFile(join(folder, "logs"), `${eve.verifierKey}\n${log.verifierKey}\n`);
    expect((await submit(log.submission(0, 4))).status).toBe(200);
    await writeFile(join(folder, "logs"), `${log.verifierKey}\nnonsense\n`);
    expect((await submit(log.submission(4, 7))).status).toBe(500);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect(told).toMatch(/line 2 of .* is not a log key/);
  });

  it("answers 413 to a body beyond 64 KiB, also without a declared length", async () => {
    expect((await submit("a".repeat(65_537))).status).toBe(413);
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(`${url}/add-checkpoint`, { method: "POST" }, (r) => {
        r.resume();
        resolve(r.statusCode);
      });
      request.on("error", reject);
      request.write(Buffer.alloc(40_000, "a"));
      request.end(Buffer.alloc(40_000, "a"));
    });
    expect(status).toBe(413);
  });

  it("answers 404 to other paths and methods, 400 to what is not UTF-8, and says when it is ready", async () => {
    expect((await fetch(`${url}/add-checkpoint`)).status).toBe(404);
    expect((await fetch(`${url}/checkpoint`, { method: "POST" })).status).toBe(404);
    const body = new TextEncoder().encode(log.submission(0, 4));
    body[body.indexOf("l".charCodeAt(0), 4)] = 0xff;
    expect((await submit(body)).status).toBe(400);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });
});

describe("the witness's key", () => {
  it("is created once, for its user alone, and refused when others may read it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "witness-key-"));
    const path = join(folder, "keys", "witness.key");
    try {
      const first = await loadOrCreateKey(path);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect((await loadOrCreateKey(path)).equals(first)).toBe(true);
      await chmod(path, 0o640);
      await expect(loadOrCreateKey(path)).rejects.toThrow(/readable by others \(mode 640\)/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
