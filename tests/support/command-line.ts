import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Installation } from "./installation.ts";

const ROOT = resolve(import.meta.dirname, "../..");

export type Running = {
  readonly child: ChildProcess;
  /** All of standard output and standard error so far. */
  readonly shown: () => string;
  readonly stdout: () => Buffer;
  readonly ended: Promise<number | null>;
  /** Resolves with the match once the output has it; fails when the command ends without. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
};

/** `secrets` as it is shipped, as one person on one machine: a home of its own. */
export class CommandLine {
  readonly #installation: Installation;
  readonly #home: string;

  constructor(installation: Installation, name: string) {
    this.#installation = installation;
    this.#home = join(installation.folder, `home-${name}`);
    mkdirSync(this.#home, { recursive: true, mode: 0o700 });
  }

  /** @param input standard input; closed at once where there is none */
  start(
    args: readonly string[],
    options: { input?: string; env?: Record<string, string> } = {},
  ): Running {
    const child = spawn(process.execPath, [join(ROOT, "dist/cli/secrets.mjs"), ...args], {
      env: { PATH: process.env.PATH ?? "", HOME: this.#home, COLUMNS: "100", ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdin?.end(options.input ?? "");
    const chunks: Buffer[] = [];
    let text = "";
    const waiting = new Set<() => void>();
    const more = (chunk: Buffer) => {
      text += chunk.toString("utf8");
      for (const look of waiting) look();
    };
    child.stdout?.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      more(chunk);
    });
    child.stderr?.on("data", more);
    const ended = new Promise<number | null>((done, fail) => {
      child.once("error", fail).once("close", done);
    });
    return {
      child,
      shown: () => text,
      stdout: () => Buffer.concat(chunks),
      ended,
      until: (pattern) =>
        new Promise((found, fail) => {
          const look = () => {
            const match = pattern.exec(text);
            if (match === null) return;
            waiting.delete(look);
            found(match);
          };
          waiting.add(look);
          look();
          void ended.then(() => {
            look();
            if (waiting.has(look))
              fail(new Error(`the command ended without ${pattern}:\n${text}`));
          });
        }),
    };
  }

  /** Runs to the end. @throws Error with the whole output unless it ends with `expected` */
  async run(
    args: readonly string[],
    options: { input?: string; expected?: number } = {},
  ): Promise<Running> {
    const running = this.start(args, options);
    const code = await running.ended;
    if (code !== (options.expected ?? 0)) {
      throw new Error(`secrets ${args[0]} ended with ${code}:\n${running.shown()}`);
    }
    return running;
  }

  get deskOrigin(): string {
    return this.#installation.deskOrigin;
  }
}
