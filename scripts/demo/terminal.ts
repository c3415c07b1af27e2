import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";

export type Command = {
  /** Resolves with the match once the output has it. @throws Error where the command ends without */
  readonly until: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** As Ctrl-C does. */
  readonly stop: () => void;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: Buffer }>;
};

/** `secrets` as it is shipped, on the laptop of one person: a home that stays between runs. */
export class Terminal {
  readonly #program: string;
  readonly #home: string;
  readonly #running = new Set<ChildProcess>();

  constructor(program: string, home: string) {
    this.#program = program;
    this.#home = home;
    mkdirSync(home, { recursive: true, mode: 0o700 });
  }

  /** Ends what still runs. */
  close(): void {
    for (const child of this.#running) child.kill("SIGINT");
  }

  start(...args: readonly string[]): Command {
    const child = spawn(process.execPath, [this.#program, ...args], {
      // The program that opens links opens none: the page stands in the other window.
      env: { PATH: process.env.PATH ?? "", HOME: this.#home, COLUMNS: "100", BROWSER: "true" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#running.add(child);
    child.once("close", () => this.#running.delete(child));
    const stdout: Buffer[] = [];
    let shown = "";
    const looking = new Set<() => void>();
    const more = (chunk: Buffer) => {
      shown += chunk.toString("utf8");
      for (const look of looking) look();
    };
    child.stdout.on("data", (chunk: Buffer) => {
      stdout.push(chunk);
      more(chunk);
    });
    child.stderr.on("data", more);
    const ended = new Promise<{ code: number | null; stdout: Buffer }>((done, fail) => {
      child.once("error", fail);
      child.once("close", (code) => done({ code, stdout: Buffer.concat(stdout) }));
    });
    const until = (pattern: RegExp) =>
      new Promise<RegExpExecArray>((found, fail) => {
        const look = () => {
          const match = pattern.exec(shown);
          if (match === null) return;
          looking.delete(look);
          found(match);
        };
        looking.add(look);
        look();
        ended.then(({ code }) => {
          if (looking.delete(look))
            fail(new Error(`secrets ${args[0]} ended with ${code}, without ${pattern}`));
        }, fail);
      });
    return { until, ended, stop: () => child.kill("SIGINT") };
  }
}
