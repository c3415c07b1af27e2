import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { freePort } from "../scripts/lib/free-port.mjs";
import { inRoot } from "../scripts/lib/paths.mjs";
import { ask, sampleOf, samplesOf } from "../tests/support/status-address.ts";

const PORTS = [
  "DESK",
  "WITNESS",
  "POSTGRES",
  "GATEWAY",
  "GATEWAY_STATUS",
  "CONSOLE",
  "DEV_IDP",
  "KEY_SERVICE_STATUS",
  "WITNESS_STATUS",
  "CONSOLE_STATUS",
] as const;

/* `npm start` and `npm run demo` as somebody types them, on an installation of their own. */
describe("a first start and the demonstration", () => {
  const state = mkdtempSync(join(tmpdir(), "countersign-demo-"));
  const environment: NodeJS.ProcessEnv = { ...process.env, COUNTERSIGN_STATE_DIR: state };
  let started: Script;

  beforeAll(async () => {
    delete environment.DATABASE_URL;
    for (const name of PORTS) environment[`COUNTERSIGN_${name}_PORT`] = String(await freePort());
    started = run("start.mjs", environment);
    await started.until(/ready in/);
  });
  afterAll(async () => {
    started.child.kill("SIGTERM");
    await started.ended;
    await run("reset.mjs", environment, "--yes").ended;
    rmSync(state, { recursive: true, force: true });
  });

  it("AUD-1 the history was judged and cosigned, and the check of the next start finds nothing in it", async () => {
    expect(started.shown()).toMatch(/five weeks, 14 colleagues/);
    const status = Number(environment.COUNTERSIGN_KEY_SERVICE_STATUS_PORT);
    const figure = async (name: string) =>
      sampleOf(samplesOf((await ask(status, "/metrics")).text), name, {});
    const checks = () => figure("countersign_checker_runs_total");
    await expect.poll(checks, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(await figure("countersign_checker_findings_total")).toBe(0);
    expect(started.shown()).not.toMatch(/tamper/i);
  });

  it("JIT-1 BROWSER-1 the demonstration comes to its end twice, with a picture of each step", async () => {
    for (const _ of ["first", "second"]) {
      const demo = run("demo.mjs", environment);
      expect(await demo.ended, demo.shown()).toBe(0);
      const folder = /pictures: (\S+)/.exec(demo.shown())?.[1] ?? "";
      const pictures = readdirSync(folder);
      expect(pictures.length).toBeGreaterThanOrEqual(14);
      for (const file of pictures)
        expect(readFileSync(join(folder, file)).length, file).toBeGreaterThan(5000);
    }
  });
});

type Script = {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly shown: () => string;
  readonly until: (pattern: RegExp) => Promise<void>;
};

function run(script: string, env: NodeJS.ProcessEnv, ...args: readonly string[]): Script {
  const child = spawn(process.execPath, [inRoot("scripts", script), ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (more: string) => {
      text += more;
    });
  const ended = new Promise<number | null>((done, fail) => {
    child.once("error", fail).once("close", done);
  });
  const until = async (pattern: RegExp) => {
    let code: number | null | undefined;
    void ended.then((it) => {
      code = it;
    });
    await vi.waitUntil(() => code !== undefined || pattern.test(text), {
      timeout: 150_000,
      interval: 100,
    });
    if (!pattern.test(text)) throw new Error(`${script} ended with ${code}:\n${text}`);
  };
  return { child, ended, shown: () => text, until };
}
