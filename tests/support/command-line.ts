import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { draftId } from "@countersign/protocol/ids";
import type { Installation } from "./installation.ts";
import { type TestPerson, value } from "./people.ts";

const ROOT = resolve(import.meta.dirname, "../..");

export type Running = {
  readonly child: ChildProcess;
  /** All of standard output and standard error so far. */
  readonly shown: () => string;
  readonly stdout: () => Buffer;
  readonly ended: Promise<number | null>;
  /** Resolves with the match once the output has it; fails when the command ends without. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  /** With `--json`: resolves with the line of an event once it is there. */
  event(name: string): Promise<Record<string, unknown>>;
};

/** How a command ended that was run with `--json`. */
export type Ended = {
  readonly code: number | null;
  /** The last line of standard output, parsed; null where there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into it as it likes
  readonly json: any;
  /** What stderr holds: null, or the error as a document. */
  readonly error: { readonly code: string; readonly message: string; readonly next: string } | null;
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
    options: { input?: string | Buffer; env?: Record<string, string> } = {},
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
    const until = (pattern: RegExp) =>
      new Promise<RegExpExecArray>((found, fail) => {
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
          if (waiting.has(look)) fail(new Error(`the command ended without ${pattern}:\n${text}`));
        });
      });
    return {
      child,
      shown: () => text,
      stdout: () => Buffer.concat(chunks),
      ended,
      until,
      event: async (name) =>
        JSON.parse((await until(new RegExp(`^\\{"event":"${name}".*\\}$`, "m")))[0]),
    };
  }

  /** Runs to the end with `--json`, whatever comes. */
  async json(args: readonly string[], input: string | Buffer = ""): Promise<Ended> {
    return endOf(this.start([...args, "--json"], { input }));
  }

  /** As `json`, for what ends at the desk: the person signs what was drafted, then `meanwhile` others do. */
  async signed(
    person: TestPerson,
    args: readonly string[],
    meanwhile: (drafted: Record<string, unknown>) => Promise<unknown> = async () => {},
  ): Promise<Ended & { readonly drafted: Record<string, unknown> }> {
    const running = this.start([...args, "--json"]);
    const drafted = await running.event("drafted");
    await person.mustSign([draftId.parse(drafted.draft)]);
    await meanwhile(drafted);
    return { ...(await endOf(running)), drafted };
  }

  /** Enrols this machine as the person's, in the typed-word way. The person has identified at the desk. */
  async login(person: TestPerson, label = "laptop"): Promise<void> {
    const running = this.start(
      ["login", "--url", this.deskOrigin, "--label", label, "--no-browser", "--json"],
      {},
    );
    const begun = await running.event("begun");
    const login = String(begun.link).split("/").at(-1) ?? "";
    const { wordWanted } = value(await person.desk("/desk/v1/device-logins/read", { login }));
    const word = (begun.deviceWords as string[])[(wordWanted ?? 0) - 1] ?? "";
    const { draft } = value(await person.desk("/desk/v1/device-logins/claim", { login, word }));
    await person.mustSign([draft]);
    const code = await running.ended;
    if (code !== 0) throw new Error(`secrets login ended with ${code}:\n${running.shown()}`);
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

  /** Its configuration folder. */
  get configuration(): string {
    return join(this.#home, ".config/countersign/default");
  }

  get deskOrigin(): string {
    return this.#installation.deskOrigin;
  }
}

async function endOf(running: Running): Promise<Ended> {
  const code = await running.ended;
  const lines = running.stdout().toString("utf8").trim().split("\n");
  const last = lines.at(-1) ?? "";
  // What is not of standard output is of standard error: the one document of an error.
  const error = /^\{"error":.*\}$/m.exec(running.shown())?.[0];
  return {
    code,
    json: last === "" ? null : JSON.parse(last),
    error: error === undefined ? null : JSON.parse(error).error,
  };
}
