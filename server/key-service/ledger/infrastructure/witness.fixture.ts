import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { temporaryFolder } from "../../../../tests/support/temporary-folder.ts";
import type { WitnessEndpoint } from "./witness-client.ts";

/** Real witness processes, as `server/witness/main.ts` makes them. */

export type TestWitness = {
  readonly endpoint: WitnessEndpoint;
  readonly stateDir: string;
  /** Events that it logged, in order. */
  readonly events: readonly string[];
  /** The note in its memory, read from the file, without asking the process. */
  memory(): Promise<string>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT: a witness that hangs, and goes on. */
  pause(): void;
  resume(): void;
  /** Starts it again on the same port, with the same state. */
  restart(): Promise<void>;
  dispose(): Promise<void>;
};

type WitnessLine = { readonly event: string; readonly port?: number; readonly message: string };

let bundle: Promise<string> | undefined;

async function bundleWitness(): Promise<string> {
  const outfile = join(temporaryFolder("witness-bundle-"), "witness.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, "../../../witness/main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "silent",
  });
  return outfile;
}

/**
 * @param logVerifierKey the log that it serves
 * @param inject a fault for `strace -e inject=`, counted over the life of the process
 */
export async function startTestWitness(
  name: string,
  logVerifierKey: string,
  inject?: string,
): Promise<TestWitness> {
  bundle ??= bundleWitness();
  const script = await bundle;
  const stateDir = await mkdtemp(join(tmpdir(), "witness-state-"));
  const logsFile = join(stateDir, "logs");
  await writeFile(logsFile, `${logVerifierKey}\n`);
  const events: string[] = [];
  const start = async (port: number): Promise<{ child: ChildProcess; port: number }> => {
    const command = [process.execPath, script];
    // strace counts calls by thread: one thread makes all of them. -D keeps the witness our own child.
    const tracer = [
      "strace",
      "-D",
      "-f",
      "-o",
      "/dev/null",
      "-e",
      "trace=fsync",
      "-e",
      `inject=${inject}`,
    ];
    const [program = "", ...args] = inject === undefined ? command : [...tracer, ...command];
    const child = spawn(program, args, {
      env: {
        PATH: "/usr/bin:/bin",
        UV_THREADPOOL_SIZE: "1",
        COUNTERSIGN_WITNESS_NAME: name,
        COUNTERSIGN_WITNESS_PORT: String(port),
        COUNTERSIGN_WITNESS_STATE_DIR: stateDir,
        COUNTERSIGN_WITNESS_LOGS_FILE: logsFile,
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const lines = createInterface({ input: child.stderr });
    const listening = new Promise<number>((resolve, reject) => {
      lines.on("line", (line) => {
        const { event, port: bound, message }: WitnessLine = JSON.parse(line);
        events.push(event);
        if (event === "listening" && bound !== undefined) resolve(bound);
        if (event === "stopped") reject(new Error(message));
      });
      lines.on("close", () => reject(new Error("the witness ended")));
    });
    return { child, port: await listening };
  };
  let running = await start(0);
  const kill = async (): Promise<void> => {
    if (running.child.exitCode !== null || running.child.signalCode !== null) return;
    running.child.kill("SIGKILL");
    await once(running.child, "exit");
  };
  const verifierKey = (await readFile(join(stateDir, "verifier-key"), "utf8")).trim();
  return {
    endpoint: { url: `http://127.0.0.1:${running.port}`, verifierKey },
    stateDir,
    events,
    async memory() {
      const folder = join(stateDir, "checkpoints");
      const name = (await readdir(folder)).find((file) => file.endsWith(".checkpoint"));
      return name === undefined ? "" : readFile(join(folder, name), "utf8");
    },
    kill,
    pause: () => running.child.kill("SIGSTOP"),
    resume: () => running.child.kill("SIGCONT"),
    async restart() {
      await kill();
      running = await start(running.port);
    },
    async dispose() {
      await kill();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}
