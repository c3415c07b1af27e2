import { renameSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../scripts/lib/free-port.mjs";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { endService, type Installation, startInstallation } from "../support/installation.ts";
import { ask } from "../support/status-address.ts";
import { TappedProxy } from "../support/tapped-proxy.ts";

const READY = { status: 200, text: "ready" };
const PATIENCE = { timeout: 30_000, interval: 100 };

describe("OBS-1 health and readiness of each process", () => {
  let installation: Installation;
  let gateway: TestGateway;
  let tap: TappedProxy;
  let environment: Readonly<Record<string, string>>;
  const ports = { keyService: 0, gateway: 0 };
  const keyService = () => ask(ports.keyService, "/readyz");
  const desk = () => ask(installation.deskPort, "/readyz");

  beforeAll(async () => {
    ports.keyService = await freePort();
    ports.gateway = await freePort();
    installation = await startInstallation({ environment: { COUNTERSIGN_PEN_STALE_MS: "1000" } });
    const url = new URL(installation.database.url);
    tap = await TappedProxy.start({ host: url.hostname, port: Number(url.port || 5432) });
    url.hostname = "127.0.0.1";
    url.port = String(tap.port);
    environment = {
      COUNTERSIGN_DATABASE_URL: url.href,
      COUNTERSIGN_KEY_SERVICE_STATUS_PORT: String(ports.keyService),
    };
    await endService(installation.keyService());
    await installation.startKeyService(environment);
    gateway = await startTestGateway(installation, {
      COUNTERSIGN_GATEWAY_STATUS_PORT: String(ports.gateway),
    });
  });
  afterAll(async () => {
    await gateway?.stop();
    await installation?.stop();
    await tap?.close();
  });

  it("a key service whose database is away is alive and not ready, says so in a sentence, and is ready again by itself", async () => {
    expect(await keyService()).toEqual(READY);
    expect((await desk()).status).toBe(200);
    tap.reset();
    tap.down();
    try {
      await expect
        .poll(keyService, PATIENCE)
        .toEqual({ status: 503, text: "The database does not answer." });
      expect((await ask(ports.keyService, "/healthz")).text).toBe("alive");
      const said = await desk();
      expect(said.status).toBe(503);
      expect(said.text).toContain("The database does not answer.");
      expect(said.text).not.toMatch(/127\.0\.0\.1|ECONN|postgres/i);
    } finally {
      tap.clear();
    }
    await expect.poll(keyService, PATIENCE).toEqual(READY);
    await expect.poll(async () => (await desk()).status, PATIENCE).toBe(200);
  });

  it("a key service whose HSM is away is not ready, and is ready again by itself", async () => {
    const { storageDir } = installation.token;
    renameSync(storageDir, `${storageDir}-away`);
    try {
      await expect
        .poll(keyService, PATIENCE)
        .toEqual({ status: 503, text: "The HSM does not answer." });
      expect((await desk()).text).toContain("The HSM does not answer.");
    } finally {
      renameSync(`${storageDir}-away`, storageDir);
    }
    await expect.poll(keyService, PATIENCE).toEqual(READY);
  });

  it("a gateway is not ready while the key service is away, and ready again by itself", async () => {
    const status = () => ask(ports.gateway, "/readyz");
    await expect.poll(status, PATIENCE).toEqual(READY);
    await endService(installation.keyService());
    await expect
      .poll(status, PATIENCE)
      .toEqual({ status: 503, text: "The key service cannot be reached." });
    expect((await ask(ports.gateway, "/healthz")).text).toBe("alive");
    await installation.startKeyService(environment);
    await expect.poll(status, PATIENCE).toEqual(READY);
  });

  it("a witness whose state is away is not ready and does not say where it stands, and is ready again by itself", async () => {
    const status = () => ask(installation.witnessPort, "/readyz");
    expect(await status()).toEqual(READY);
    const checkpoints = `${installation.witnessDir}/checkpoints`;
    renameSync(checkpoints, `${checkpoints}-away`);
    writeFileSync(checkpoints, "a file where a folder stood");
    try {
      const said = await status();
      expect(said.status).toBe(503);
      expect(said.text).toBe(
        "The witness cannot use its state, so it cosigns nothing; its log says why.",
      );
    } finally {
      rmSync(checkpoints);
      renameSync(`${checkpoints}-away`, checkpoints);
    }
    expect(await status()).toEqual(READY);
  });
});
