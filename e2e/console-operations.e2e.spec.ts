import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { type ConsoleBeside, startConsoleBeside } from "../tests/support/console-beside.ts";
import { type ConsoleWorld, startConsoleWorld } from "../tests/support/console-world.ts";
import { endService } from "../tests/support/installation.ts";
import { readLedger } from "../tests/support/ledger-reader.ts";
import { ask, sampleOf, samplesOf } from "../tests/support/status-address.ts";
import { TappedProxy } from "../tests/support/tapped-proxy.ts";

const READY = { status: 200, text: "ready" };
const PATIENCE = { timeout: 30_000, interval: 100 };
const refused = z.object({
  error: z.object({ message: z.string(), data: z.object({ correlation: z.string() }) }),
});

/* What whoever runs the console needs of it: the console as it is shipped, its database behind a wire that can be cut. */
describe("running the console", () => {
  let world: ConsoleWorld;
  let tap: TappedProxy;
  let pages: ConsoleBeside;

  beforeAll(async () => {
    world = await startConsoleWorld();
    const url = new URL(world.installation.database.consoleUrl);
    tap = await TappedProxy.start({ host: url.hostname, port: Number(url.port || 5432) });
    url.hostname = "127.0.0.1";
    url.port = String(tap.port);
    pages = await startConsoleBeside(world, url.href);
  });
  afterAll(async () => {
    await pages?.stop();
    await world?.stop();
    await tap?.close();
  });

  it("AUD-1 OBS-1 one correlation id leads from the page's call over the key service's log to the entry of the ledger", async () => {
    const secret = await world.signIn(world.cast.sam);
    const answer = await pages.call("session.signOut", { secret, input: null });
    expect(answer.status, JSON.stringify(answer.json)).toBe(200);
    expect(answer.correlation).toMatch(/^[0-9a-z]{16}$/);
    const entries = await readLedger(world.installation.database);
    const recorded = entries.filter((it) => it.correlation === answer.correlation);
    expect(recorded.flatMap(({ events }) => events.map(({ type }) => type))).toEqual([
      "SessionEnded",
    ]);
    const lines = world.installation.keyService().output().trim().split("\n");
    expect(lines.map((it) => JSON.parse(it))).toContainEqual(
      expect.objectContaining({
        event: "console-call",
        path: "/console/v1/sessions/end",
        correlationId: answer.correlation,
      }),
    );
  });

  it("OBS-1 a refusal that a person reads carries the number under which the key service logged it", async () => {
    const secret = await world.signIn(world.cast.olivia);
    const answer = await pages.call("requests.draftRevoke", {
      secret,
      input: {
        request: `r-${"a".repeat(26)}`,
        reason: "Nobody knows this grant",
        returnTo: "/requests",
      },
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const { correlation } = refused.parse(answer.json).error.data;
    expect(correlation).toBe(answer.correlation);
  });

  it("OBS-1 health and readiness need no session; without its database it is alive, not ready, and ready again by itself", async () => {
    for (const port of [pages.port, pages.statusPort]) {
      expect(await ask(port, "/healthz")).toEqual({ status: 200, text: "alive" });
      expect(await ask(port, "/readyz")).toEqual(READY);
    }
    tap.reset();
    tap.down();
    const missing = { status: 503, text: "The database does not answer." };
    try {
      for (const port of [pages.port, pages.statusPort]) {
        expect(await ask(port, "/healthz")).toEqual({ status: 200, text: "alive" });
        await expect.poll(() => ask(port, "/readyz"), PATIENCE).toEqual(missing);
      }
    } finally {
      tap.clear();
    }
    for (const port of [pages.port, pages.statusPort])
      await expect.poll(() => ask(port, "/readyz"), PATIENCE).toEqual(READY);
  });

  it("OBS-1 procedures are counted by name and outcome, on the status address alone", async () => {
    await pages.call("overview.read", {});
    await pages.call("eve.readEverything", {});
    const { text } = await ask(pages.statusPort, "/metrics");
    const samples = samplesOf(text);
    const count = (procedure: string, outcome: string) =>
      sampleOf(samples, "countersign_procedure_seconds_count", { procedure, outcome });
    expect(count("session.signOut", "answered")).toBe(1);
    expect(count("overview.read", "not-signed-in")).toBe(1);
    expect(text).not.toContain("eve.");
    const labels = new Set(samples.flatMap((it) => Object.entries(it.labels)).map(String));
    for (const label of labels)
      expect(label).toMatch(/^(?:procedure,(?:[a-zA-Z]+\.[a-zA-Z]+|other)|outcome,[a-z-]+|le,.+)$/);
    expect((await ask(pages.port, "/metrics")).text).not.toContain("countersign_");
  });

  it("OBS-1 a graceful stop answers the call that runs, takes no other, and ends with 0", async () => {
    const secret = await world.signIn(world.cast.sam);
    const passed = new Promise<void>((done) => {
      tap.look = ({ bytes, towards }) => {
        if (towards === "server") {
          tap.stall();
          done();
        }
        return bytes;
      };
    });
    const running = pages.call("session.me", { secret });
    await passed;
    const ending = endService(pages.process);
    await expect.poll(() => ask(pages.port, "/healthz"), PATIENCE).toMatchObject({ status: 0 });
    tap.clear();
    const { status, json } = await running;
    expect(status).toBe(200);
    expect(JSON.stringify(json)).toContain(world.cast.sam.name);
    await ending;
    expect(pages.process.child.exitCode).toBe(0);
  });
});
