import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { Supervisor } from "../../scripts/lib/supervisor.mjs";

type Event = Parameters<ConstructorParameters<typeof Supervisor>[0]["onEvent"]>[0];

const folder = mkdtempSync(join(tmpdir(), "countersign-supervisor-"));
afterEach(() => {
  for (const name of ["ready", "die"]) rmSync(join(folder, name), { force: true });
});

function house(env: Record<string, string> = {}, options: { stopTimeoutMs?: number } = {}) {
  const events: Event[] = [];
  const lines: string[] = [];
  const supervisor = new Supervisor({
    onLine: (_name, line) => lines.push(line),
    onEvent: (event) => events.push(event),
    firstBackoffMs: 1,
    ...options,
  });
  onTestFinished(() => supervisor.stop());
  const ready = join(folder, "ready");
  const spec = {
    name: "fixture",
    command: [process.execPath, inRoot("tests", "house", "fixture-process.mjs")],
    cwd: folder,
    env: { READY_FILE: ready, DIE_WHEN: join(folder, "die"), ...env },
    isReady: async () => existsSync(ready),
    logFile: join(folder, "fixture.log"),
  };
  return { supervisor, events, lines, spec };
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("the supervisor", () => {
  it("waits until a process is ready", async () => {
    const { supervisor, spec } = house();
    await supervisor.start(spec);
    expect(supervisor.running()).toEqual([
      { name: "fixture", pid: Number(readFileSync(join(folder, "ready"), "utf8")) },
    ]);
  });

  it("names a process that dies, shows its last lines and starts it again", async () => {
    const { supervisor, spec, events } = house();
    await supervisor.start(spec);
    const [before] = supervisor.running();
    writeFileSync(join(folder, "die"), "");
    await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ kind: "restarted" }), 10_000);
    expect(events[0]).toMatchObject({
      kind: "died",
      name: "fixture",
      how: "ended with exit code 3",
      lastLines: expect.arrayContaining(["something terrible happened"]),
    });
    const [after] = supervisor.running();
    expect(after?.pid).not.toBe(before?.pid);
    expect(readFileSync(spec.logFile, "utf8")).toContain("something terrible happened");
  });

  it("pauses longer after each death in a row", async () => {
    const { supervisor, spec, events } = house();
    await supervisor.start(spec);
    const pauses = () =>
      events.flatMap((event) => (event.kind === "died" ? event.restartInMs : []));
    for (const deaths of [1, 2, 3]) {
      writeFileSync(join(folder, "die"), "");
      await vi.waitFor(() => expect(pauses()).toHaveLength(deaths), 10_000);
    }
    expect(pauses()).toEqual([1, 2, 4]);
  });

  it("gives up on a process that never becomes ready, with its last words and where to read more", async () => {
    const { supervisor, spec, events } = house({ DIE_AT_ONCE: "yes" });
    await expect(supervisor.start(spec)).rejects.toMatchObject({
      what: "The process fixture ended with exit code 7, 3 times in a row.",
      todo: expect.stringContaining(spec.logFile),
      details: expect.stringContaining("no database today"),
    });
    expect(events.filter((event) => event.kind === "died")).toHaveLength(2);
  });

  it("says so when the program does not exist", async () => {
    const { supervisor, spec } = house();
    const missing = { ...spec, command: [join(folder, "no-such-program")] };
    await expect(supervisor.start(missing)).rejects.toThrow(
      /could not be started: spawn .* ENOENT/,
    );
  });

  it("ends a process when it stops, and does not start it again", async () => {
    const { supervisor, spec, events, lines } = house();
    await supervisor.start(spec);
    const pid = supervisor.running()[0]?.pid ?? 0;
    await supervisor.stop();
    expect(isAlive(pid)).toBe(false);
    expect(lines).toContain("asked to stop");
    expect(events).toEqual([]);
    expect(supervisor.running()).toEqual([]);
  });

  it("kills a process that does not end in time, and says so", async () => {
    const { supervisor, spec, events } = house({ STUBBORN: "yes" }, { stopTimeoutMs: 50 });
    await supervisor.start(spec);
    const pid = supervisor.running()[0]?.pid ?? 0;
    await supervisor.stop();
    expect(isAlive(pid)).toBe(false);
    expect(events).toEqual([{ kind: "killed", name: "fixture" }]);
  });
});
