import { requestId } from "@countersign/protocol/ids";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CommandLine } from "../support/command-line.ts";
import { type Installation, startInstallation } from "../support/installation.ts";
import { TestPerson } from "../support/people.ts";

const NAME = "payments/prod/postgres/app-password";
const API = "spiffe://acme.example/payments/api";
const METADATA =
  "--type database-credential --category database-user --owner payments-team --service payments --classification pii --tier high --rotation-days 30".split(
    " ",
  );

describe("the command line against the real key service", () => {
  let installation: Installation;
  let olivia: TestPerson;
  let sam: TestPerson;
  let priya: TestPerson;
  let cass: TestPerson;
  let max: TestPerson;
  /** Olivia's. */
  let secrets: CommandLine;

  beforeAll(async () => {
    installation = await startInstallation();
    const enrol = async (name: string) => {
      const person = await TestPerson.enrol(installation, name);
      await person.identify();
      return person;
    };
    olivia = await enrol("Olivia");
    sam = await enrol("Sam");
    priya = await enrol("Priya");
    cass = await enrol("Cass");
    max = await enrol("Max");
    secrets = new CommandLine(installation, "olivia");
    await secrets.login(olivia, "olivia laptop");
    const registered = await secrets.signed(
      olivia,
      ["register", NAME, ...METADATA, "--generate"],
      ({ lines, digest }) => approveWhatNeedsIt(lines, digest),
    );
    expect(registered).toMatchObject({ code: 0, error: null });
  });
  afterAll(() => installation?.stop());

  const approve = async (digest: unknown, by: readonly TestPerson[]) => {
    for (const person of by)
      await person.decide(digest as Parameters<TestPerson["decide"]>[0], "approve");
  };
  const approveWhatNeedsIt = async (lines: unknown, digest: unknown) =>
    approve(digest, [sam, priya].slice(0, (lines as unknown[]).length));
  const asked = (...more: string[]) =>
    secrets.signed(
      olivia,
      ["request", NAME, "--why", "Restoring failed payouts", "--ticket", "PAY-1412", ...more],
      ({ digest }) => approve(digest, [sam, priya]),
    );

  it("AUD-1 AUD-2 JIT-1 JIT-2 NAME-1 asks, waits for two others, opens here with a proof of the record, and proves everybody's part", async () => {
    const { drafted, ...request } = await asked();
    expect(request).toMatchObject({ code: 0, error: null, json: { event: "approved" } });

    const got = await secrets.json(["get", NAME]);
    expect(got).toMatchObject({ code: 0, error: null });
    expect(got.json).toMatchObject({ name: NAME, version: 1, use: 1, request: drafted.request });
    expect(got.json.proven.witnesses).toEqual(["witness.localhost/1"]);
    expect(got.json.proven.size).toBeGreaterThan(got.json.intent);
    const stored = Buffer.from(got.json.value, "base64");
    expect(stored.length).toBeGreaterThan(15);
    expect(await secrets.json(["get", requestId.parse(drafted.request)])).toMatchObject({
      code: 5,
    });

    const verified = await secrets.json(["log", "verify"]);
    expect(verified).toMatchObject({ code: 0, error: null });
    expect(verified.json).toMatchObject({ isWitnessed: true, quorum: 1 });
    type Proven = { kind: string; proposal: string | null; person: string; isRemembered: unknown };
    const entries: Proven[] = verified.json.entries;
    const ofIt = entries.filter((it) => it.proposal === drafted.digest);
    expect(ofIt.map((it) => [it.kind, it.person, it.isRemembered])).toEqual([
      ["proposal", olivia.person, null],
      ["approval", sam.person, null],
      ["approval", priya.person, null],
      ["opening", olivia.person, true],
    ]);

    expect(await secrets.json(["check", NAME, "--stdin"], stored)).toMatchObject({ code: 0 });
    expect(await secrets.json(["check", NAME, "--stdin"], "guess")).toMatchObject({ code: 1 });
  });

  it("puts a value that was piped in, opens it byte for byte with exec, and ends the grant", async () => {
    const putting = secrets.start(["put", NAME, "--stdin", "--json"], {
      input: "correct-horse-Battery-9-staple\n",
    });
    const { draft } = await putting.event("drafted");
    await olivia.mustSign([draft as Parameters<TestPerson["sign"]>[0][number]]);
    expect(await putting.ended, putting.shown()).toBe(0);
    const { drafted } = await asked("--uses", "2");
    const ran = secrets.start([
      "exec",
      NAME,
      "--",
      "sh",
      "-c",
      'printf %s "$APP_PASSWORD"; exit 3',
    ]);
    expect(await ran.ended, ran.shown()).toBe(3);
    expect(ran.stdout().toString()).toBe("correct-horse-Battery-9-staple");

    const request = String(drafted.request);
    const revoked = await secrets.signed(olivia, ["revoke", "grant", request, "--why", "done"]);
    expect(revoked).toMatchObject({ code: 0, error: null });
    expect(await secrets.json(["get", request])).toMatchObject({ code: 5 });
    // A revoked grant's openings stay proven.
    expect(await secrets.json(["log", "verify"])).toMatchObject({ code: 0, error: null });
  });

  it("JIT-2 binds a workload once others signed, shows the binding, and ends it", async () => {
    const bound = await secrets.signed(
      olivia,
      ["bind-workload", NAME, API, "--for", "90d"],
      ({ digest }) => approve(digest, [sam, priya]),
    );
    expect(bound).toMatchObject({ code: 0, error: null, json: { event: "done" } });
    const { bindings } = (await secrets.json(["show", NAME])).json;
    expect(bindings).toMatchObject([{ workload: API, proof: "end-to-end" }]);
    const vouched = await secrets.json(["bind-workload", NAME, API, "--gateway-vouched"]);
    expect(vouched).toMatchObject({ code: 3, json: null });
    expect(vouched.error?.message).toContain("end-to-end only");
    const ended = await secrets.signed(olivia, [
      ...["revoke", "binding", bindings[0].binding],
      ...["--why", "moved"],
    ]);
    expect(ended).toMatchObject({ code: 0, error: null });
    expect((await secrets.json(["show", NAME])).json.bindings).toEqual([]);
  });

  it("registers a secret with its bindings under one signature a person", async () => {
    const name = "payments/prod/postgres/reporting";
    const registered = await secrets.signed(
      olivia,
      ["register", name, ...METADATA, "--generate", "--workload", API, "--workload-for", "7d"],
      ({ lines, digest }) => approveWhatNeedsIt(lines, digest),
    );
    expect(registered).toMatchObject({ code: 0, error: null });
    expect((await secrets.json(["show", name])).json).toMatchObject({
      version: 1,
      bindings: [{ workload: API }],
    });
  });

  it("ID-2 an officer gives a role that another officer agrees to; who is none sees and changes nobody", async () => {
    const officers = new CommandLine(installation, "cass");
    await officers.login(cass, "cass laptop");
    const { people } = (await officers.json(["people"])).json;
    const eve = people.find((it: { name: string }) => it.name.startsWith("Eve"));
    expect(eve).toMatchObject({ roles: [], keys: [], status: "active" });
    const given = await officers.signed(
      cass,
      ["change-role", eve.person, "--give", "on-call"],
      ({ digest }) => approve(digest, [max]),
    );
    expect(given).toMatchObject({ code: 0, error: null, json: { event: "done" } });
    expect((await officers.json(["people", eve.person])).json.people[0].roles).toEqual([
      { role: "on-call", service: null },
    ]);
    expect(await officers.json(["log", "verify"])).toMatchObject({ code: 0, error: null });

    expect((await secrets.json(["people"])).json.people).toMatchObject([{ person: olivia.person }]);
    const refused = await secrets.json(["change-role", eve.person, "--give", "security-admin"]);
    expect(refused).toMatchObject({ code: 6, json: null });
    const self = await secrets.json(["change-role", olivia.person, "--give", "security-admin"]);
    expect(self).toMatchObject({ code: 3, json: null });
  });

  it("shows what is there, and refuses with the service's sentence", async () => {
    const { json } = await secrets.json(["list"]);
    expect(json.secrets.map((it: { name: string }) => it.name)).toContain(NAME);
    for (const args of [["whoami"], ["show", NAME], ["requests"], ["requests", "--waiting"]])
      expect(await secrets.json(args)).toMatchObject({ code: 0, error: null });
    const missing = await secrets.json(["show", "payments/prod/no/such"]);
    expect(missing).toMatchObject({ code: 6, error: { code: "not-found" } });
    const edited = await secrets.signed(olivia, ["edit", NAME, "--rotation-days", "20"]);
    expect(edited).toMatchObject({ code: 0, error: null });
  });
});
