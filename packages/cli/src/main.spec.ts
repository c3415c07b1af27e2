import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type BuiltSecrets, buildSecrets, start } from "./testing/built-secrets.ts";
import { approved, machine, service, spent, useFreshWorld } from "./testing/fresh-world.ts";
import { APP_PASSWORD, CANARY, REPORT_KEY } from "./testing/test-cast.ts";

let built: BuiltSecrets;
let env: Record<string, string>;

useFreshWorld();
beforeAll(async () => {
  built = await buildSecrets();
});
afterAll(() => built.remove());
beforeEach(async () => {
  env = {
    HOME: machine.home,
    XDG_CONFIG_HOME: join(machine.home, "config"),
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
  };
});

const script = (name: string, text: string) => {
  const file = join(machine.home, name);
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
};

describe("secrets exec", () => {
  it("DEL-4 L12 puts the value into the environment of that one process, and into no command line, no file and no environment of ours", async () => {
    await approved(APP_PASSWORD);
    const look = script(
      "look.cjs",
      `#!${process.execPath}
const { readFileSync } = require("node:fs");
const of = (pid, what) => readFileSync("/proc/" + pid + "/" + what, "latin1");
console.log(JSON.stringify({
  value: process.env.APP_PASSWORD,
  argv: process.argv.slice(2),
  everywhere: of(process.pid, "cmdline") + of(process.ppid, "cmdline") + of(process.ppid, "environ"),
  inherited: process.env.INHERITED,
}));`,
    );
    const ran = await built.start(["exec", APP_PASSWORD, "--", look, "--flag", "two words"], {
      ...env,
      INHERITED: "yes",
    }).ended;
    expect(ran.code).toBe(0);
    const seen = JSON.parse(ran.stdout);
    expect(seen).toMatchObject({ value: CANARY, argv: ["--flag", "two words"], inherited: "yes" });
    expect(seen.everywhere).not.toContain(CANARY);
    expect(ran.stderr).not.toContain(CANARY);
    expect(machine.stateText()).not.toContain(CANARY);
  });

  it("names variables by --env, opens several secrets, and passes the exit code on", async () => {
    const id = await approved(APP_PASSWORD, REPORT_KEY);
    const ran = await built.start(
      [
        "exec",
        id,
        "--env",
        `DB=${APP_PASSWORD}`,
        "--",
        "sh",
        "-c",
        'echo "$DB $SIGNING_KEY"; exit 42',
      ],
      env,
    ).ended;
    expect(ran.stdout).toBe(`${CANARY} report-key-value\n`);
    expect(ran.code).toBe(42);
  });

  it.each([
    ["no such command", ["--", "no-such-command-here"], 127],
    ["no such path", ["--", "/no/such/command"], 127],
    ["a directory", ["--", "/usr"], 126],
    ["nothing behind --", ["--"], 2],
    ["no --", [], 2],
    ["a variable that is none", ["--env", "1X=a/prod/b", "--", "true"], 2],
    ["a variable that decides what runs", ["--env", `LD_PRELOAD=${APP_PASSWORD}`, "--", "true"], 2],
    ["a secret that is not asked for", ["--env", `X=${REPORT_KEY}`, "--", "true"], 2],
  ])("spends nothing for %s", async (_, args, code) => {
    const id = await approved(APP_PASSWORD);
    const ran = await built.start(["exec", id, ...args], env).ended;
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain("secrets:");
    expect(spent()).toBe(0);
  });

  it.each([
    ["a script whose interpreter is gone", "#!/no/such/interpreter\n"],
    ["a text without an interpreter line", "echo hello\n"],
  ])("spends nothing for %s", async (_, text) => {
    await approved(APP_PASSWORD);
    const ran = await built.start(["exec", APP_PASSWORD, "--", script("odd", text)], env).ended;
    expect(ran.code).toBe(126);
    expect(spent()).toBe(0);
  });

  it("refuses a value that an environment variable cannot hold, and says how to open the same use", async () => {
    const known = service.secrets.get(APP_PASSWORD);
    if (known !== undefined) known.value = Buffer.from([1, 0, 2]);
    const id = await approved(APP_PASSWORD);
    const ran = await built.start(["exec", id, "--", "true"], env).ended;
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(`secrets get ${id} --use 1`);
    const again = await machine.secrets(["get", id, "--use", "1"]);
    expect(again.bytes).toEqual(Buffer.from([1, 0, 2]));
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
    ["SIGINT", 130],
  ] as const)("passes %s on to the child, and its end back", async (signal, code) => {
    await approved(APP_PASSWORD);
    const running = built.start(
      ["exec", APP_PASSWORD, "--", "sh", "-c", "echo ready; exec sleep 60"],
      env,
    );
    await running.until("ready");
    running.kill(signal);
    expect((await running.ended).code).toBe(code);
  });

  it("lets a child live that handles the signal itself, however often it comes", async () => {
    await approved(APP_PASSWORD);
    const counts = "n=0; trap 'n=$((n+1)); echo caught $n; test $n = 2 && exit 7' INT";
    const running = built.start(
      [
        "exec",
        APP_PASSWORD,
        "--",
        "sh",
        "-c",
        `${counts}; echo ready; while :; do sleep 0.05; done`,
      ],
      env,
    );
    await running.until("ready");
    running.kill("SIGINT");
    await running.until("caught 1");
    running.kill("SIGINT");
    expect(await running.ended).toMatchObject({
      code: 7,
      stdout: expect.stringContaining("caught 2"),
    });
  });
});

describe("the process", () => {
  it("on Ctrl-C while it waits ends with 130 and the command that goes on", async () => {
    const running = built.start(
      ["request", APP_PASSWORD, "--why", "restore", "--ticket", "OPS-42"],
      env,
    );
    await running.until("your signature at the desk");
    running.kill("SIGINT");
    const ran = await running.ended;
    expect(ran.code).toBe(130);
    expect(ran.stderr).toMatch(/→ secrets get r-/);
    expect(ran.stdout).not.toContain("\u001b");
  });

  it("reads a value that is piped in, and takes a reader that goes away for no fault", async () => {
    const putting = built.start(["put", APP_PASSWORD, "--stdin", "--no-wait"], env);
    putting.stdin.end("piped-value\n");
    expect((await putting.ended).code).toBe(4);
    const help = built.start(["help", "exit-codes"], env);
    help.stdout.destroy();
    expect((await help.ended).stderr).toBe("");
  });

  it("L12 a helper that shows a link gets the link and nothing else", async () => {
    const record = join(machine.home, "seen");
    const browser = script(
      "browser",
      `#!/bin/sh\nprintf '%s|' "$#" "$@" > ${record}.new && env >> ${record}.new && mv ${record}.new ${record}\n`,
    );
    const putting = built.start(["put", APP_PASSWORD, "--stdin", "--no-wait", "--open"], {
      ...env,
      BROWSER: browser,
    });
    putting.stdin.end("value-for-nobody");
    const ran = await putting.ended;
    expect(ran.code).toBe(4);
    const seen = await readWhenThere(record);
    expect(seen).toMatch(/^1\|http:\/\/desk\.localhost:\d+\/d\/x-\w{26}\|/);
    expect(seen).not.toContain("value-for-nobody");
  });

  it("says its version and how it is used", async () => {
    expect((await built.start(["--version"], env).ended).stdout).toMatch(
      /^secrets \d+\.\d+\.\d+\n$/,
    );
    const none = await built.start([], env).ended;
    expect(none.code).toBe(2);
    expect(none.stdout).toContain("secrets COMMAND");
    expect((await built.start(["no-such"], env).ended).code).toBe(2);
  });
});

describe("bin/secrets.mjs", () => {
  it("says what to run where the command line is not built yet", async () => {
    const bin = join(machine.home, "a/b/c/bin");
    mkdirSync(bin, { recursive: true });
    copyFileSync(
      fileURLToPath(new URL("../bin/secrets.mjs", import.meta.url)),
      join(bin, "secrets.mjs"),
    );
    const ran = await start([join(bin, "secrets.mjs"), "--version"], env).ended;
    expect(ran.code).toBe(70);
    expect(ran.stderr).toContain("npm start");
    mkdirSync(join(machine.home, "a/dist/cli"), { recursive: true });
    copyFileSync(built.file, join(machine.home, "a/dist/cli/secrets.mjs"));
    expect((await start([join(bin, "secrets.mjs"), "--version"], env).ended).code).toBe(0);
  });
});

/** The helper is not waited for by `secrets`: its file appears whole a moment later. */
async function readWhenThere(file: string): Promise<string> {
  return expect
    .poll(
      () => {
        try {
          return readFileSync(file, "utf8");
        } catch {
          return null;
        }
      },
      { timeout: 5000 },
    )
    .not.toBeNull()
    .then(() => readFileSync(file, "utf8"));
}
