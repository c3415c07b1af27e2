import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { draftId, requestId } from "@countersign/protocol/ids";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type BuiltSecrets,
  buildSecrets,
  type Running,
} from "../../packages/cli/src/testing/built-secrets.ts";
import { type Installation, startInstallation } from "../support/installation.ts";
import { TestPerson, value } from "../support/people.ts";

const NAME = "payments/prod/postgres/app-password";
const METADATA =
  "--type database-credential --category database-user --owner payments-team --service payments --classification pii --tier high --rotation-days 30".split(
    " ",
  );

describe("the command line against the real key service", () => {
  let installation: Installation;
  let secrets: BuiltSecrets;
  let olivia: TestPerson;
  let sam: TestPerson;
  let priya: TestPerson;
  let home: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    [installation, secrets] = await Promise.all([startInstallation(), buildSecrets()]);
    olivia = await TestPerson.enrol(installation, "Olivia");
    sam = await TestPerson.enrol(installation, "Sam");
    priya = await TestPerson.enrol(installation, "Priya");
    for (const person of [olivia, sam, priya]) await person.identify();
  });
  afterAll(async () => {
    secrets?.remove();
    await installation?.stop();
  });
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), "secrets-home-"));
    env = { HOME: home, PATH: process.env.PATH ?? "" };
    await login();
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const start = (...args: string[]) => secrets.start([...args, "--json"], env);

  async function login(): Promise<void> {
    const running = start(
      "login",
      "--url",
      installation.deskOrigin,
      "--label",
      "olivia laptop",
      "--no-browser",
    );
    const begun = await eventOf(running, "begun");
    const login = String(begun.link).split("/").at(-1) ?? "";
    const { wordWanted } = value(await olivia.desk("/desk/v1/device-logins/read", { login }));
    const word = (begun.deviceWords as string[])[(wordWanted ?? 0) - 1] ?? "";
    const { draft } = value(await olivia.desk("/desk/v1/device-logins/claim", { login, word }));
    await olivia.mustSign([draft]);
    const { code, stderr } = await running.ended;
    expect(stderr).toBe("");
    expect(code).toBe(0);
  }

  /** Signs as Olivia what a running command has drafted; returns its first line. */
  async function sign(running: Running): Promise<Record<string, unknown>> {
    const drafted = await eventOf(running, "drafted");
    await olivia.mustSign([draftId.parse(drafted.draft)]);
    return drafted;
  }

  it("JIT-1 JIT-2 NAME-1 registers, asks, waits for two other people, opens here, and proves it in the ledger", async () => {
    const registering = start("register", NAME, ...METADATA, "--generate");
    await sign(registering);
    expect(await registering.ended).toMatchObject({ code: 0, stderr: "" });

    const asking = start(
      "request",
      NAME,
      "--why",
      "Restoring failed payouts",
      "--ticket",
      "PAY-1412",
    );
    const drafted = await sign(asking);
    await eventOf(asking, "signed");
    const proposal = drafted.digest as Parameters<TestPerson["decide"]>[0];
    await sam.decide(proposal, "approve");
    await eventOf(asking, "line-signed");
    await priya.decide(proposal, "approve");
    expect(await asking.ended).toMatchObject({ code: 0, stderr: "" });

    const got = await start("get", NAME).ended;
    expect(got.stderr).toBe("");
    const document = JSON.parse(got.stdout);
    expect(document).toMatchObject({ name: NAME, version: 1, use: 1, request: drafted.request });
    const stored = Buffer.from(document.value, "base64");
    expect(stored.length).toBeGreaterThan(15);
    expect(await start("get", requestId.parse(drafted.request)).ended).toMatchObject({ code: 5 });

    const proven = JSON.parse((await start("log", "verify").ended).stdout);
    expect(proven.isWitnessed).toBe(true);
    expect(proven.entries.map((it: { proposal: string }) => it.proposal)).toContain(proposal);

    const checking = start("check", NAME, "--stdin");
    checking.stdin.end(stored);
    expect(await checking.ended).toMatchObject({ code: 0, stderr: "" });
    const guessing = start("check", NAME, "--stdin");
    guessing.stdin.end("guess");
    expect((await guessing.ended).code).toBe(1);
  });

  it("puts a value that was piped in, and opens it byte for byte with exec", async () => {
    const putting = start("put", NAME, "--stdin");
    putting.stdin.end("correct-horse-Battery-9-staple\n");
    await sign(putting);
    expect(await putting.ended).toMatchObject({ code: 0 });
    const asking = start("request", NAME, "--why", "exec", "--ticket", "T-1", "--uses", "2");
    const drafted = await sign(asking);
    const proposal = drafted.digest as Parameters<TestPerson["decide"]>[0];
    for (const person of [sam, priya]) await person.decide(proposal, "approve");
    expect((await asking.ended).code).toBe(0);
    const ran = await secrets.start(
      ["exec", NAME, "--", "sh", "-c", 'printf %s "$APP_PASSWORD"; exit 3'],
      env,
    ).ended;
    expect(ran).toMatchObject({ code: 3, stdout: "correct-horse-Battery-9-staple" });

    const revoking = start("revoke", "grant", String(drafted.request), "--why", "done");
    await sign(revoking);
    expect(await revoking.ended).toMatchObject({ code: 0, stderr: "" });
    expect((await start("get", String(drafted.request)).ended).code).toBe(5);
  });

  it("shows what is there, and refuses with the service's sentence", async () => {
    const list = JSON.parse((await start("list").ended).stdout);
    expect(list.secrets.map((it: { name: string }) => it.name)).toContain(NAME);
    for (const args of [["whoami"], ["show", NAME], ["requests"], ["requests", "--waiting"]]) {
      expect(await start(...args).ended).toMatchObject({ code: 0, stderr: "" });
    }
    const missing = await start("show", "payments/prod/no/such").ended;
    expect(missing.code).toBe(6);
    const editing = start("edit", NAME, "--rotation-days", "20");
    await sign(editing);
    expect(await editing.ended).toMatchObject({ code: 0, stderr: "" });
  });
});

/** Waits until a command has written the line of an event. */
async function eventOf(running: Running, event: string): Promise<Record<string, unknown>> {
  const stdout = await running.until(`"event":"${event}"`);
  const lines = stdout.split("\n").filter((line) => line.endsWith("}"));
  const found = lines.map((line) => JSON.parse(line)).find((it) => it.event === event);
  if (found === undefined) throw new Error(`no line of ${event}`);
  return found;
}
