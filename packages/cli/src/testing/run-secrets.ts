import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEnvironment } from "../environment.ts";
import { run } from "../run.ts";
import type { Input, World } from "../world.ts";
import type { TestService } from "./test-service.ts";

/** A machine with the command line on it: its own home, and whatever a test does to its surroundings. */
export type TestMachine = {
  readonly home: string;
  /** Runs one command line in this process. */
  secrets(args: readonly string[], how?: How): Promise<Ran>;
  /** Everything in its configuration folder, as one text, to search. */
  stateText(): string;
  /** Whether there is such a file in its home. */
  exists(name: string): boolean;
  /** Removes one file of its configuration folder. */
  forget(name: string): void;
  edit(name: string, change: (text: string) => string): void;
  remove(): void;
};

export type How = {
  readonly stdin?: string | Buffer;
  /** Standard input and output are a terminal; what is typed comes from `stdin`. */
  readonly tty?: boolean;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: () => number;
  /** What happens elsewhere each time the command line waits: one step each. Running out of steps is Ctrl-C. */
  readonly meanwhile?: readonly (() => unknown)[];
  /** What a browser does with a link that is opened. */
  readonly browser?: (link: string) => unknown;
};

export type Ran = {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** stderr as one line, however it was wrapped. */
  readonly said: string;
  /** stdout as it is. */
  readonly bytes: Buffer;
};

export function makeMachine(): TestMachine {
  const home = mkdtempSync(join(tmpdir(), "secrets-cli-"));
  const config = join(home, "config");
  return {
    home,
    secrets: (args, how = {}) =>
      runHere(args, how, {
        HOME: home,
        XDG_CONFIG_HOME: config,
        PATH: "/usr/local/bin:/usr/bin:/bin",
        USER: "olivia",
      }),
    stateText: () => textsUnder(config),
    exists: (name) => existsSync(join(home, name)),
    forget: (name) => rmSync(join(config, "countersign/default", name)),
    edit: (name, change) => {
      const file = join(config, "countersign/default", name);
      writeFileSync(file, change(readFileSync(file, "utf8")));
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** Olivia's machine, enrolled with that service. */
export async function enrolledMachine(service: TestService): Promise<TestMachine> {
  const machine = makeMachine();
  const ran = await machine.secrets(
    ["login", "--url", service.origin, "--label", "olivia laptop", "--no-browser"],
    {
      meanwhile: [() => service.signLogin()],
    },
  );
  if (ran.code !== 0) throw new Error(`the test machine could not be enrolled: ${ran.stderr}`);
  return machine;
}

async function runHere(
  args: readonly string[],
  how: How,
  env: Readonly<Record<string, string>>,
): Promise<Ran> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const tty = how.tty === true ? { isTTY: true } : {};
  const columns = how.columns === undefined ? {} : { columns: how.columns };
  const interrupt = new AbortController();
  const steps = [...(how.meanwhile ?? [])];
  const world: World = {
    args,
    environment: readEnvironment({ ...env, ...how.env }),
    stdin: inputOf(how),
    stdout: { write: (data) => out.push(Buffer.from(data as Uint8Array)), ...tty, ...columns },
    stderr: { write: (data) => err.push(Buffer.from(data as Uint8Array)), ...tty, ...columns },
    now: how.now ?? Date.now,
    pause: async (milliseconds, signal) => {
      // The long patience of a login: it ends when the login does, not by a step of the test.
      if (milliseconds > 60_000)
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      const step = steps.shift();
      if (step === undefined) interrupt.abort();
      else await step();
    },
    interrupt: interrupt.signal,
    yieldInterrupt: () => undefined,
    openLink: (_, link) => how.browser?.(link),
  };
  const code = await run(world);
  const bytes = Buffer.concat(out);
  const stderr = Buffer.concat(err).toString("utf8");
  return {
    code,
    stdout: bytes.toString("utf8"),
    stderr,
    said: stderr.replaceAll(/\s+/g, " "),
    bytes,
  };
}

function inputOf(how: How): Input {
  const parts = how.stdin === undefined ? [] : [Buffer.from(how.stdin as string)];
  return Object.assign(
    (async function* () {
      yield* parts;
    })(),
    how.tty === true ? { isTTY: true, setRawMode: () => undefined } : {},
  );
}

function textsUnder(directory: string): string {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, "latin1"))
    .join("\n");
}

/** What a browser does: a plain GET. Resolves to the status. */
export function follow(
  link: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    get(link, { headers }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    }).on("error", reject);
  });
}
