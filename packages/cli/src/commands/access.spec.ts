import { describe, expect, it } from "vitest";
import {
  changeDraft,
  everybodySigns,
  type Loose,
  machine,
  service,
  useFreshWorld,
} from "../testing/fresh-world.ts";
import { APP_PASSWORD, EVE, SAM } from "../testing/test-cast.ts";

useFreshWorld();
const API = "spiffe://example.com/payments/api";
const DAY_MS = 86_400_000;

/** The newest act that the service was asked to draft. */
const drafted = () => {
  const call = service.calls.findLast((it) => it.path === "/people/v1/drafts");
  return call === undefined ? null : JSON.parse(call.body).act;
};

describe("secrets bind-workload", () => {
  it("JIT-2 binds one workload to one secret, end to end, for 30 days, once everybody has signed", async () => {
    const from = Date.now();
    const ran = await machine.secrets(["bind-workload", APP_PASSWORD, API], {
      meanwhile: everybodySigns(),
    });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toContain("Sam Okafor, security admin");
    expect(ran.stdout.replaceAll(/\s+/g, " ")).toContain(`● ${API} may fetch ${APP_PASSWORD}`);
    const { binding } = drafted();
    expect(binding).toMatchObject({ workload: API, proof: "end-to-end" });
    const days = (Date.parse(binding.expiresAt) - from) / DAY_MS;
    expect(days).toBeGreaterThan(29.99);
    expect(days).toBeLessThan(30.01);
  });

  it("takes 90 days at most, a little less so that clocks may differ, and says who vouches", async () => {
    const ran = await machine.secrets([
      ...["bind-workload", APP_PASSWORD, API, "--for", "90d"],
      ...["--gateway-vouched", "--no-wait", "--json"],
    ]);
    expect(ran.code).toBe(4);
    expect(JSON.parse(ran.stdout)).toMatchObject({ event: "drafted", kind: "bind-workload" });
    const { binding } = drafted();
    expect(binding.proof).toBe("gateway-vouched");
    const left = 90 * DAY_MS - (Date.parse(binding.expiresAt) - Date.now());
    expect(left).toBeGreaterThan(60_000);
    expect(left).toBeLessThan(240_000);
  });

  it.each([
    ["no workload", [APP_PASSWORD], "Wrong number of arguments"],
    ["no secret's name", ["../x", API], "not a secret's name"],
    ["no SPIFFE ID", [APP_PASSWORD, "payments-api"], "not a workload's identity"],
    ["a SPIFFE ID without a path", [APP_PASSWORD, "spiffe://example.com"], "not a workload's"],
    ["more than 90 days", [APP_PASSWORD, API, "--for", "91d"], "from 1m to 90d"],
    ["no time", [APP_PASSWORD, API, "--for", "forever"], "from 1m to 90d"],
    ["no time at all", [APP_PASSWORD, API, "--for", "0d"], "from 1m to 90d"],
  ])("refuses %s before anything is sent", async (_, args, phrase) => {
    service.calls.length = 0;
    const ran = await machine.secrets(["bind-workload", ...args]);
    expect(ran.code).toBe(2);
    expect(ran.said).toContain(phrase);
    expect(service.calls).toEqual([]);
  });

  const lies: [string, (binding: Loose) => void][] = [
    ["another workload", (it) => Object.assign(it, { workload: "spiffe://evil.example/x" })],
    ["a longer time", (it) => Object.assign(it, { expiresAt: "2099-01-01T00:00:00Z" })],
    ["another proof", (it) => Object.assign(it, { proof: "gateway-vouched" })],
  ];
  it.each(lies)("JIT-1 never shows a draft with %s", async (_, lie) => {
    changeDraft((it) => lie(it.body.binding as Loose));
    const ran = await machine.secrets(["bind-workload", APP_PASSWORD, API]);
    expect(ran).toMatchObject({ code: 8, stdout: "" });
    expect(ran.said).toContain("the workload or its terms differ");
  });
});

describe("secrets register --workload", () => {
  const metadata =
    "--type database-credential --category database-user --owner payments --service payments --classification pii --tier high --rotation-days 30".split(
      " ",
    );
  const register = (...more: string[]) =>
    machine.secrets(["register", "payments/prod/new/key", ...metadata, "--generate", ...more], {
      meanwhile: everybodySigns(),
    });

  it("registers a secret, its value and its bindings under one signature a person", async () => {
    const other = "spiffe://example.com/payments/worker";
    const ran = await register("--workload", API, "--workload", other, "--workload-for", "7d");
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(service.drafts.size).toBe(1);
    expect(drafted().bindings.map((it: Loose) => it.workload)).toEqual([API, other]);
  });

  it.each([
    [["--workload", "x"], "not a workload's identity"],
    [["--workload", API, "--workload", API], "one stands there twice"],
    [["--workload", API, "--workload-for", "1y"], "--workload-for: a time"],
    [["--workload-for", "1d"], "go with --workload"],
    [["--gateway-vouched"], "go with --workload"],
  ])("refuses %j", async (more, phrase) => {
    const ran = await register(...more);
    expect(ran.code).toBe(2);
    expect(ran.said).toContain(phrase);
  });
});

describe("secrets change-role", () => {
  const change = (...args: string[]) =>
    machine.secrets(["change-role", ...args], { meanwhile: everybodySigns() });

  it("ID-2 proposes what somebody holds from then on: what is not named stays", async () => {
    const given = await change(EVE.person, "--give", "service-owner:payments");
    expect(given).toMatchObject({ code: 0, stderr: "" });
    expect(given.stdout).toContain("The roles of Eve Moreau are changed.");
    expect(drafted()).toMatchObject({
      person: EVE.person,
      after: [
        { role: "on-call", service: null },
        { role: "service-owner", service: "payments" },
      ],
    });
    await change(SAM.person, "--take", "security-admin", "--give", "auditor", "--json");
    expect(drafted().after).toEqual([{ role: "auditor", service: null }]);
    await change(SAM.person, "--take", "security-admin");
    expect(drafted().after).toEqual([]);
  });

  it.each([
    ["nobody", [], 2, "Wrong number of arguments"],
    ["a name for an id", ["Eve"], 2, "not a person's id"],
    ["nothing to change", [EVE.person], 2, "--give or to --take"],
    ["a role that is none", [EVE.person, "--give", "root"], 2, "--give: one of officer, ciso"],
    ["a service role of no service", [EVE.person, "--give", "service-owner"], 2, "SERVICE"],
    ["another role of a service", [EVE.person, "--give", "auditor:payments"], 2, "no service"],
    ["a role twice over", [EVE.person, "--give", "on-call"], 2, "hold that role already"],
    ["a role not held", [EVE.person, "--take", "auditor"], 2, "do not hold that role"],
    ["a person not there", [`p-${"0".repeat(26)}`, "--give", "auditor"], 6, "no such person"],
  ])("refuses %s", async (_, args, code, phrase) => {
    const ran = await change(...args);
    expect(ran.said).toContain(phrase);
    expect(ran.code).toBe(code);
    expect(drafted()).toBeNull();
  });

  it("JIT-1 never shows a draft of other roles, or of another person", async () => {
    changeDraft((it) => Object.assign(it.body, { after: [{ role: "officer", service: null }] }));
    expect((await change(EVE.person, "--give", "auditor")).said).toContain("the roles differ");
    changeDraft((it) => Object.assign(it.body.person as Loose, { person: SAM.person }));
    expect((await change(EVE.person, "--give", "auditor")).said).toContain("another person");
  });
});

describe("what was typed wrongly is named in the words of the command line", () => {
  const id = (letter: string) => `${letter}-${"0".repeat(26)}`;
  const why = ["--why", "x"];
  it.each([
    ["revoke grant", ["revoke", "grant", id("p"), ...why], "not a grant's id"],
    ["revoke device", ["revoke", "device", "laptop", ...why], "not a device's id: d-…"],
    ["revoke key", ["revoke", "key", "x", ...why], "not a hardware key's id"],
    ["revoke binding", ["revoke", "binding", id("r"), ...why], "secrets show NAME shows it"],
    ["revoke secret", ["revoke", "secret", "x", ...why], "not a secret's name"],
    ["revoke person", ["revoke", "person", "Eve", ...why], "secrets people shows it"],
    ["revoke nothing", ["revoke", "person", ...why], "Say which person"],
    [
      "a type",
      ["register", "a/prod/b", "--type", "x", "--category", "y"],
      "--type: one of api-key",
    ],
    ["a tier", ["edit", APP_PASSWORD, "--tier", "gold"], "--tier: one of critical, high"],
    ["a class", ["edit", APP_PASSWORD, "--classification", "x"], "--classification: one of public"],
    [
      "a time",
      ["request", APP_PASSWORD, ...why, "--ticket", "T", "--for", "9d"],
      "--for: from 1m to 24h",
    ],
  ])("%s", async (_, args, phrase) => {
    service.calls.length = 0;
    const ran = await machine.secrets(args);
    expect(ran.said).toContain(phrase);
    expect(ran.said).toMatch(/→ secrets /);
    expect(ran.code).toBe(2);
    expect(service.calls).toEqual([]);
  });

  it.each([
    ["get", [id("r")], "secrets requests shows the ids"],
    ["approve", [id("r")], "secrets requests --waiting shows the ids"],
    ["show", ["payments/prod/no/such"], "secrets list shows what you may see"],
  ])("where %s finds nothing, it says what shows the right ones", async (name, args, next) => {
    const ran = await machine.secrets([name, ...args]);
    expect(ran.code).toBe(6);
    expect(ran.said).toContain(`→ ${next}`);
  });

  it("META-1 says at once what keeps a new secret from being handed out", async () => {
    const ran = await machine.secrets([
      ...["register", "payments/prod/new/key", "--type", "database-credential"],
      ...["--category", "database-user", "--owner", "payments", "--no-wait"],
    ]);
    expect(ran.code).toBe(4);
    expect(ran.stderr.replaceAll(/[!\s]+/g, " ")).toContain(
      "Without --classification, --tier, --rotation-days it can be registered, but not handed out",
    );
  });
});

describe("secrets people", () => {
  it("shows who there is, and of one person the ids that can be revoked", async () => {
    const all = await machine.secrets(["people"], { columns: 120 });
    expect(all.stdout).toMatch(/Eve Moreau +on-call engineer +active +p-e{26}/);
    const one = await machine.secrets(["people", EVE.person], { columns: 120 });
    expect(one.stdout).toContain(EVE.credential);
    expect(one.stdout).not.toContain("Sam");
    const json = await machine.secrets(["people", EVE.person, "--json"]);
    expect(JSON.parse(json.stdout).people).toHaveLength(1);
  });

  it("refuses what is no id, and who is not there", async () => {
    expect(await machine.secrets(["people", "eve"])).toMatchObject({ code: 2 });
    expect(await machine.secrets(["people", `p-${"0".repeat(26)}`])).toMatchObject({ code: 6 });
  });
});
