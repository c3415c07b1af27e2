import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { REFUSALS } from "@countersign/protocol/refusals";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMON_OPTIONS } from "./command.ts";
import { COMMANDS } from "./command-table.ts";
import { EXIT_CODES } from "./commands/help.ts";
import { LOCAL_CODES } from "./stop.ts";
import { enrolledMachine, makeMachine, type TestMachine } from "./testing/run-secrets.ts";
import { APP_PASSWORD } from "./testing/test-cast.ts";
import { startTestService, type TestService } from "./testing/test-service.ts";

const readme = readFileSync(
  fileURLToPath(new URL("../README.md", import.meta.url)),
  "utf8",
).replaceAll(/ +/g, " ");
let machine: TestMachine;

beforeAll(() => {
  machine = makeMachine();
});
afterAll(() => machine.remove());

describe.each(COMMANDS.map((it) => [it.name, it] as const))("secrets %s", (name, command) => {
  it("explains itself with --help, every option named, without a service", async () => {
    const ran = await machine.secrets([name, "--help"]);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toBe("");
    for (const option of Object.keys({ ...command.options, ...COMMON_OPTIONS }))
      expect(ran.stdout).toContain(`--${option}`);
    const json = await machine.secrets([name, "--help", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ name, usage: command.usage });
  });

  it("refuses an option that it does not have, and repeats nothing of it", async () => {
    const ran = await machine.secrets([name, "--hunter2=x"]);
    expect(ran.code).toBe(2);
    expect(ran.stdout + ran.stderr).not.toContain("hunter2");
    expect(ran.said).toContain(`→ secrets ${name} --help`);
  });

  it("leaves nobody who typed it wrongly without a next step", async () => {
    const ran = await machine.secrets([name, ...Array.from({ length: 25 }, () => "one-too-many")]);
    expect(ran.code).toBe(2);
    expect(ran.said).toMatch(/→ secrets /);
  });

  it("stands in the README, with its options", () => {
    expect(readme).toContain(`### \`secrets ${name}\``);
    for (const option of Object.keys(command.options)) expect(readme).toContain(`--${option}`);
  });
});

describe("exit codes", () => {
  it("are all explained by help exit-codes and by the README", async () => {
    const explained = EXIT_CODES.map(([exit]) => exit);
    const used = [...Object.values(LOCAL_CODES), ...Object.values(REFUSALS).map((it) => it.exit)];
    for (const exit of used) expect(explained).toContain(exit);
    const ran = await machine.secrets(["help", "exit-codes"]);
    for (const code of [...Object.keys(LOCAL_CODES), ...Object.keys(REFUSALS)])
      expect(ran.stdout).toContain(code);
    for (const [exit, meaning] of EXIT_CODES) expect(readme).toContain(`| ${exit} | ${meaning} |`);
  });
});

describe("--json", () => {
  let service: TestService;
  let enrolled: TestMachine;
  beforeAll(async () => {
    service = await startTestService();
    enrolled = await enrolledMachine(service);
  });
  afterAll(async () => {
    enrolled.remove();
    await service.stop();
  });

  it.each([
    [["whoami"], ["person", "name", "tenant", "roles", "device", "keys", "service"]],
    [["list"], ["secrets"]],
    [
      ["show", APP_PASSWORD],
      [
        "secret",
        "name",
        "type",
        "category",
        "policy",
        "version",
        "status",
        "lastRotatedAt",
        "expiresAt",
        "incomplete",
        "warnings",
        "chain",
        "bindings",
      ],
    ],
    [["requests"], ["proposals"]],
    [
      ["log", "verify"],
      ["origin", "size", "root", "since", "witnessed", "quorum", "isWitnessed", "entries"],
    ],
    [["tidy"], ["files", "requests"]],
    [["help"], ["commands"]],
    [["--version"], ["version"]],
  ])(
    "secrets %j writes one document with these members and nothing else",
    async (args, members) => {
      const ran = await enrolled.secrets([...args, "--json"], { tty: true });
      expect(ran.code).toBe(0);
      expect(ran.stderr).toBe("");
      expect(ran.stdout.trim().split("\n")).toHaveLength(1);
      expect(Object.keys(JSON.parse(ran.stdout))).toEqual(members);
    },
  );

  it("writes an error on stderr, with code, sentence, next step and exit code", async () => {
    const ran = await enrolled.secrets(["show", "payments/prod/no/such", "--json"]);
    expect(ran.code).toBe(6);
    expect(ran.stdout).toBe("");
    expect(JSON.parse(ran.stderr)).toEqual({
      error: {
        code: "not-found",
        message: "There is no such secret of a service of yours.",
        next: "secrets list shows what you may see",
        correlation: "c-test-1",
        exit: 6,
      },
    });
  });
});
