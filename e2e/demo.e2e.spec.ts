import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { freePort } from "../scripts/lib/free-port.mjs";
import { inRoot } from "../scripts/lib/paths.mjs";
import { ADMIN } from "../scripts/lib/postgres-server.mjs";
import { type ReadEntry, readLedger } from "../tests/support/ledger-reader.ts";
import { lookAtPng } from "../tests/support/picture.ts";
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
  const ledger = async () => {
    const password = readFileSync(join(state, "postgres-admin-password"), "utf8").trim();
    const port = environment.COUNTERSIGN_POSTGRES_PORT;
    const adminUrl = `postgresql://${ADMIN}:${password}@127.0.0.1:${port}/countersign`;
    return readLedger({ adminUrl });
  };

  beforeAll(async () => {
    delete environment.DATABASE_URL;
    for (const name of PORTS) environment[`COUNTERSIGN_${name}_PORT`] = String(await freePort());
    // The first start is stopped in the middle of its history, as somebody does who has had enough of waiting.
    started = run("start.mjs", environment);
    const isHalfWritten = async () => (await ledger().catch(() => [])).length > 40;
    await vi.waitUntil(isHalfWritten, { timeout: 120_000, interval: 200 });
    started.child.kill("SIGINT");
    expect(await started.ended).toBe(130);
    started = run("start.mjs", environment);
    await started.until(/ready in/);
  }, 400_000);
  afterAll(async () => {
    started.child.kill("SIGTERM");
    await started.ended;
    await run("reset.mjs", environment, "--yes").ended;
    rmSync(state, { recursive: true, force: true });
  });

  it("a first start that was stopped begins anew, all of it, and nobody is left of the half company", async () => {
    expect(started.shown()).toContain("it begins anew, all of it");
    const genesis = (await ledger()).flatMap(({ events }) =>
      events.filter((it) => it.type === "GenesisDeclared"),
    );
    expect(genesis).toHaveLength(1);
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

  it.each([
    // The laptop is enrolled by the first alone.
    ["first", { DeviceEnrolled: 1, NonceConsumed: 8, KeyCounted: 8 }],
    ["second", {}],
  ])(
    "JIT-1 AUD-1 BROWSER-1 the %s demonstration comes to its end; each step leaves its entries, and a picture with something on it",
    async (_, once) => {
      const before = countsOf(await ledger());
      const demo = run("demo.mjs", environment);
      expect(await demo.ended, demo.shown()).toBe(0);
      const more = async () =>
        Object.fromEntries(
          Object.entries(countsOf(await ledger()))
            .map(([type, count]) => [type, count - (before[type] ?? 0)] as const)
            .filter(([, count]) => count > 0),
        );
      // That fetches are done is written a little later, many at once.
      await expect.poll(more).toEqual({ ...EACH_TIME, ...once });
      const folder = /pictures: (\S+)/.exec(demo.shown())?.[1] ?? "";
      const pictures = readdirSync(folder);
      expect(pictures.length).toBeGreaterThanOrEqual(14);
      for (const file of pictures) {
        const { width, height, colours, commonest } = lookAtPng(readFileSync(join(folder, file)));
        expect(
          [
            [1280, 900],
            [360, 780],
          ],
          file,
        ).toContainEqual([width, height]);
        expect(colours, file).toBeGreaterThan(50);
        expect(commonest, file).toBeLessThan(0.98);
      }
    },
  );

  it("AUD-2 whoever has a laptop verifies the whole history, that of the first start included", async () => {
    const laptop = { ...environment, HOME: join(state, "demo", "laptop") };
    const cli = inRoot("dist", "cli", "secrets.mjs");
    const verified = run(cli, laptop, "log", "verify", "--json");
    expect(await verified.ended, verified.shown()).toBe(0);
    expect(verified.shown()).toContain(String((await ledger()).length));
  });
});

/** What one run of the story adds to the ledger, by type of event. */
const EACH_TIME = {
  // Four people sign in: an account's token, then a signature.
  IdentityProven: 4,
  SessionOpened: 4,
  // She asks; her own approval is refused; two others approve.
  ProposalMade: 1,
  ProposalApproved: 2,
  ProposalAccepted: 1,
  GrantIssued: 1,
  // The value leaves for her laptop once, for the workload once; another workload is refused.
  ReleaseIntended: 1,
  ReleaseDone: 1,
  FetchIntended: 1,
  FetchesDone: 1,
  Refused: 2,
  // Four sign-ins, a request and two approvals were signed: seven nonces are used up, seven counters moved.
  NonceConsumed: 7,
  KeyCounted: 7,
};

function countsOf(entries: readonly ReadEntry[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of entries.flatMap((it) => it.events)) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

type Script = {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly shown: () => string;
  readonly until: (pattern: RegExp) => Promise<void>;
};

function run(script: string, env: NodeJS.ProcessEnv, ...args: readonly string[]): Script {
  const child = spawn(process.execPath, [resolve(inRoot("scripts"), script), ...args], {
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
