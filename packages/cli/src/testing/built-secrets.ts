import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** The command line as people run it: one bundle, its own process. */
export type BuiltSecrets = {
  readonly file: string;
  start(args: readonly string[], env: Readonly<Record<string, string>>): Running;
  remove(): void;
};

export type Running = {
  readonly pid: number;
  readonly stdin: NodeJS.WritableStream;
  readonly stdout: NodeJS.ReadableStream & { destroy(): void };
  kill(signal: NodeJS.Signals): void;
  /** Resolves with what it wrote on stdout so far, once stdout or stderr holds the text. */
  until(text: string): Promise<string>;
  readonly ended: Promise<{
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
};

export async function buildSecrets(): Promise<BuiltSecrets> {
  const directory = mkdtempSync(join(tmpdir(), "secrets-built-"));
  const file = join(directory, "secrets.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("../main.ts", import.meta.url))],
    outfile: file,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "silent",
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
  return {
    file,
    start: (args, env) => start([file, ...args], env),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

export function start(args: readonly string[], env: Readonly<Record<string, string>>): Running {
  const child = spawn(process.execPath, args, { env, stdio: "pipe" });
  let stdout = "";
  let stderr = "";
  const waiting: { text: string; resolve: () => void }[] = [];
  const look = () => {
    for (const it of waiting) if ((stdout + stderr).includes(it.text)) it.resolve();
  };
  child.stdout.on("data", (part) => {
    stdout += part;
    look();
  });
  child.stderr.on("data", (part) => {
    stderr += part;
    look();
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>(
    (resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, stdout, stderr }));
    },
  );
  return {
    pid: child.pid ?? 0,
    stdin: child.stdin,
    stdout: child.stdout,
    kill: (signal) => child.kill(signal),
    until: (text) =>
      Promise.race([
        new Promise<void>((resolve) => {
          waiting.push({ text, resolve });
          look();
        }),
        ended.then((it) => {
          if (!(it.stdout + it.stderr).includes(text))
            throw new Error(`it ended without saying ${text}: ${it.stdout}${it.stderr}`);
        }),
      ]).then(() => stdout),
    ended,
  };
}
