import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Installation, startInstallation } from "../support/installation.ts";
import { TappedProxy } from "../support/tapped-proxy.ts";

/** Starts that are cut off, each at another moment; in full, at each message. */
const CUTS = process.env.COUNTERSIGN_PROVE === "full" ? 1_000 : 12;
const ROUNDS = process.env.COUNTERSIGN_PROVE === "full" ? 31 : 6;
const TIMEOUT_MS = 600_000;

describe("a database that goes away", () => {
  let installation: Installation;
  let tap: TappedProxy;
  let environment: Readonly<Record<string, string>>;

  beforeAll(async () => {
    installation = await startInstallation({ environment: { COUNTERSIGN_PEN_STALE_MS: "1000" } });
    const url = new URL(installation.database.url);
    tap = await TappedProxy.start({ host: url.hostname, port: Number(url.port || 5432) });
    url.hostname = "127.0.0.1";
    url.port = String(tap.port);
    environment = { COUNTERSIGN_DATABASE_URL: url.href };
    await stop();
  });
  afterAll(async () => {
    await installation?.stop();
    await tap?.close();
  });

  async function stop(): Promise<void> {
    const { child, ended } = installation.keyService();
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await ended;
  }
  const isReady = async () =>
    fetch(`http://127.0.0.1:${installation.deskPort}/readyz`).then(
      (it) => it.ok,
      () => false,
    );

  it("AUD-2 L35 at whichever message of a start: the key service says that it could not start, or runs and goes on by itself, and never crashes", {
    timeout: TIMEOUT_MS,
  }, async () => {
    let seen = 0;
    tap.look = ({ bytes }) => {
      seen += 1;
      return bytes;
    };
    await installation.startKeyService(environment);
    await stop();
    const whole = seen;
    expect(whole).toBeGreaterThan(20);

    const became = { started: 0, refused: 0 };
    const step = Math.max(1, Math.floor(whole / CUTS));
    for (let cut = 1; cut <= whole; cut += step) {
      seen = 0;
      // Gone for good, first with a reset: what comes back later finds what was left behind.
      tap.look = ({ bytes }) => {
        seen += 1;
        if (seen !== cut) return bytes;
        tap.reset();
        tap.down();
        return null;
      };
      const starting = installation.startKeyService(environment).then(
        () => true,
        (error: unknown) => String(error),
      );
      const { output, ended } = installation.keyService();
      let isOver = false;
      void ended.then(() => {
        isOver = true;
      });
      // It may listen before it notices; then it is not ready until the database is back.
      await expect
        .poll(() => isOver || output().includes('"event":"started"'), { timeout: 60_000 })
        .toBe(true);
      tap.clear();
      const started = await starting;
      expect(output(), `cut at message ${cut} of ${whole}`).not.toContain('"event":"crash"');
      if (started === true) {
        became.started += 1;
        await expect.poll(isReady, { timeout: 30_000 }).toBe(true);
        await stop();
        expect(installation.keyService().child.exitCode).toBe(0);
      } else {
        became.refused += 1;
        expect(started, `cut at message ${cut}`).toContain('"event":"start-failed"');
      }
    }
    expect(became.refused).toBeGreaterThan(0);
  });

  it("AUD-2 L35 at whichever message of its daily work: it goes on by itself, in the same process", {
    timeout: TIMEOUT_MS,
  }, async () => {
    await installation.startKeyService({ ...environment, COUNTERSIGN_CHECK_EVERY_SECONDS: "1" });
    const { child, output } = installation.keyService();
    for (let round = 0; round < ROUNDS; round++) {
      // Between two checks some ten messages pass, and in one some thirty.
      const cut = 1 + ((round * 7) % 31);
      const struck = new Promise<void>((done) => {
        let seen = 0;
        tap.look = ({ bytes }) => {
          seen += 1;
          if (seen !== cut) return bytes;
          tap.reset();
          done();
          return null;
        };
      });
      await struck;
      tap.clear();
      await expect.poll(isReady, { timeout: 60_000 }).toBe(true);
    }
    expect(child.exitCode ?? child.signalCode, output().slice(-2_000)).toBeNull();
    expect(output()).not.toContain('"event":"crash"');
  });
});
