import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Makes system calls of running processes fail, or kills a process at one, with `strace -e inject`: the
 * processes are the real ones, unchanged, and know nothing of it.
 */
export type Injection = {
  /** System calls that were tampered with, those that hang at this moment among them. */
  struck(): number;
  /** The lines of the trace, for messages. */
  lines(): string;
  /** Lets go of the processes: the fault is over. */
  stop(): Promise<void>;
};

/**
 * @param what e.g. `fsync:error=EIO`, see strace(1); several make several faults
 * @param newChildrenToo also threads; without it PostgreSQL's sessions after a crash are spared
 * @param paths only calls on these files, as the kernel resolves them; none means all
 */
export async function inject(
  pids: readonly number[],
  what: readonly string[],
  paths: readonly string[] = [],
  { newChildrenToo = true } = {},
): Promise<Injection> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-strace-"));
  const file = join(folder, "trace");
  const calls = what.map((it) => it.split(":")[0]).join(",");
  const child = spawn(
    "strace",
    [
      ...(newChildrenToo ? ["-f"] : []),
      ...["-o", file, "-e", `trace=${calls}`],
      ...what.flatMap((it) => ["-e", `inject=${it}`]),
      ...paths.flatMap((path) => ["-P", path]),
      ...pids.flatMap((pid) => ["-p", String(pid)]),
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  await new Promise<void>((done, fail) => {
    child.once("error", fail);
    child.once("close", () => fail(new Error(`strace ended: ${said}`)));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (pids.every((pid) => isAttached(said, pid))) done();
    });
  });
  const lines = () => readFileSync(file, "utf8");
  let kept: string | null = null;
  return {
    // strace writes the beginning of a line as the call begins. Every call that is traced is tampered with.
    struck: () => (kept ?? lines()).match(/^(\d+ +)?\w+\(/gm)?.length ?? 0,
    lines: () => kept ?? lines(),
    async stop() {
      child.kill("SIGINT");
      await ended;
      kept = lines();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Or gone before strace came to it, as short sessions are. */
function isAttached(said: string, pid: number): boolean {
  return (
    said.includes(`Process ${pid} attached`) ||
    said.includes(`ptrace(PTRACE_SEIZE, ${pid}): No such process`)
  );
}

/** `null` where faults can be injected; otherwise why not, for the report of a test that is skipped. */
export function whyNoInjection(): string | null {
  const found = spawnSync("strace", ["-V"], { encoding: "utf8" });
  if (found.error !== undefined)
    return "strace is not installed (`apt-get install strace`): system calls cannot be made to fail";
  const sleeper = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
    stdio: "ignore",
  });
  try {
    const tried = spawnSync(
      "timeout",
      ["--signal=INT", "5", "strace", "-p", String(sleeper.pid), "-e", "inject=fsync:error=EIO"],
      { encoding: "utf8" },
    );
    return tried.stderr.includes("attached")
      ? null
      : `this account may not trace processes here (${tried.stderr.trim().split("\n")[0]}): allow ptrace, e.g. kernel.yama.ptrace_scope=0 or the capability SYS_PTRACE`;
  } finally {
    sleeper.kill("SIGKILL");
  }
}
