import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ASK, everybodySigns, machine, service, useFreshWorld } from "./testing/fresh-world.ts";
import { APP_PASSWORD, CANARY, PRIYA, REPORT_KEY, SAM } from "./testing/test-cast.ts";

useFreshWorld();

describe("three people sign, one value arrives", () => {
  it("JIT-1 asks, waits while the lines fill in, and opens the value on this device only", async () => {
    const asked = await machine.secrets(ASK, { meanwhile: everybodySigns() });
    expect(asked.stderr).toBe("");
    expect(asked.code).toBe(0);
    expect(asked.stdout).toContain("Olivia Hart");
    expect(asked.stdout).toMatch(/The desk must show: \w+ \w+ \w+ \w+/);
    expect(asked.stdout).toContain("Sam Okafor, security admin");
    expect(asked.stdout).toContain("● Approved");
    expect(asked.stdout).not.toContain(CANARY);

    const got = await machine.secrets(["get", APP_PASSWORD]);
    expect(got.code).toBe(0);
    expect(got.bytes).toEqual(Buffer.from(CANARY));
    expect(got.said).toContain("opening 1: ledger entry");
  });

  it("spends the one opening that was asked for, and says so the second time", async () => {
    await machine.secrets(ASK, { meanwhile: everybodySigns() });
    await machine.secrets(["get", APP_PASSWORD]);
    const again = await machine.secrets(["get", APP_PASSWORD]);
    expect(again.code).toBe(6);
    expect(again.said).toContain("no approved request");
    const byId = await machine.secrets(["get", requestId()]);
    expect(byId.code).toBe(5);
    expect(byId.said).toContain("Every opening that this request allows is spent.");
  });

  it("goes on after Ctrl-C with get, for the caller's own signature and then the others'", async () => {
    const stopped = await machine.secrets(ASK);
    expect(stopped.code).toBe(130);
    expect(stopped.said).toMatch(/→ secrets get r-[0-9a-z]{26}/);
    const request = /secrets get (r-\w{26})/.exec(stopped.stderr)?.[1] ?? "";
    const got = await machine.secrets(["get", request], { meanwhile: everybodySigns() });
    expect(got.code).toBe(0);
    expect(got.bytes).toEqual(Buffer.from(CANARY));
    expect(got.said).toContain("Sign at the desk:");
    expect(got.said).toContain("Priya Nair, security admin");
  });

  it("goes on with get after Ctrl-C that came once the caller had signed", async () => {
    const stopped = await machine.secrets(ASK, {
      meanwhile: [() => service.sign(), () => service.approve(SAM)],
    });
    expect(stopped.code).toBe(130);
    expect(stopped.said).toContain("nothing was withdrawn");
    const got = await machine.secrets(["get", requestId()], {
      meanwhile: [() => service.approve(PRIYA)],
    });
    expect(got.bytes).toEqual(Buffer.from(CANARY));
  });

  it("ends with 4 and the command that goes on, where it is not to wait", async () => {
    const asked = await machine.secrets([...ASK, "--no-wait"]);
    expect(asked.code).toBe(4);
    expect(asked.stdout).toMatch(/secrets get r-/);
    service.sign();
    const got = await machine.secrets(["get", requestId(), "--no-wait"]);
    expect(got.code).toBe(4);
    expect(got.stdout).toBe("");
    expect(got.said).toContain("still waits for signatures");
  });

  it("ends with 5 and who refused, where somebody denies it", async () => {
    const asked = await machine.secrets(ASK, {
      meanwhile: [() => service.sign(), () => service.deny(SAM)],
    });
    expect(asked.code).toBe(5);
    expect(asked.said).toContain("Refused by Sam Okafor.");
  });

  it("ends with 5 where the person does not sign", async () => {
    const asked = await machine.secrets(ASK, { meanwhile: [() => service.decline()] });
    expect(asked.code).toBe(5);
    expect(asked.said).toContain("You chose not to sign");
  });

  it("asks for several secrets under one signature and opens each by its name", async () => {
    const asked = await machine.secrets(
      [
        "request",
        APP_PASSWORD,
        REPORT_KEY,
        "--why",
        "audit",
        "--ticket",
        "SEC-1",
        "--uses",
        "2",
        "--for",
        "2h30m",
      ],
      {
        meanwhile: everybodySigns(),
      },
    );
    expect(asked.code).toBe(0);
    const which = await machine.secrets(["get", requestId()]);
    expect(which.code).toBe(2);
    expect(which.said).toContain("2 secrets");
    const got = await machine.secrets(["get", requestId(), REPORT_KEY]);
    expect(got.stdout).toBe("report-key-value");
    const second = await machine.secrets(["get", APP_PASSWORD]);
    expect(second.stdout).toBe(CANARY);
    expect((await machine.secrets(["get", APP_PASSWORD])).said).toContain("opening 2");
  });

  it("opens the same use again after a break, and spends no other", async () => {
    await machine.secrets([...ASK, "--uses", "2"], { meanwhile: everybodySigns() });
    let broken = true;
    service.tamper["/people/v1/grants/open"] = (output) =>
      broken ? { ...output, signature: [...output.signature].reverse().join("") } : output;
    const failed = await machine.secrets(["get", APP_PASSWORD]);
    expect(failed.code).toBe(8);
    expect(failed.stdout).toBe("");
    broken = false;
    const got = await machine.secrets(["get", APP_PASSWORD]);
    expect(got.said).toContain("opening 1");
    const use = await machine.secrets(["get", APP_PASSWORD, "--use", "1"]);
    expect(use.stdout).toBe(CANARY);
    expect(service.newest().grant?.uses.get(firstSecret())?.size).toBe(1);
  });

  it("keeps the request's private key 0600, and only until the last opening arrived", async () => {
    await machine.secrets([...ASK, "--uses", "2"], { meanwhile: everybodySigns() });
    await machine.secrets(["get", APP_PASSWORD]);
    const key = join(machine.home, "config/countersign/default/requests", `${requestId()}.key`);
    expect(statSync(key).mode & 0o777).toBe(0o600);
    await machine.secrets(["get", APP_PASSWORD]);
    expect(() => statSync(key)).toThrow("ENOENT");
  });

  it("forgets the private key once the grant has ended", async () => {
    await machine.secrets([...ASK, "--uses", "2"], { meanwhile: everybodySigns() });
    await machine.secrets(["get", APP_PASSWORD]);
    const tidied = await machine.secrets(["tidy", "--json"], {
      now: () => Date.now() + 3 * 3_600_000,
    });
    expect(JSON.parse(tidied.stdout)).toEqual({ files: [], requests: 1 });
    expect(machine.stateText()).not.toContain("privateKey");
  });

  it("L12 no value stands in any file of the state folder, in an error or in JSON of another command", async () => {
    await machine.secrets([...ASK, "--uses", "3"], { meanwhile: everybodySigns() });
    await machine.secrets(["get", APP_PASSWORD]);
    const others = await Promise.all(
      [["list"], ["show", APP_PASSWORD], ["requests"], ["whoami"], ["log", "verify"]].map((args) =>
        machine.secrets([...args, "--json"]),
      ),
    );
    for (const form of formsOf(CANARY)) {
      expect(machine.stateText()).not.toContain(form);
      for (const ran of others) expect(ran.stdout + ran.stderr).not.toContain(form);
      expect(service.calls.map((it) => it.body).join("\n")).not.toContain(form);
    }
  });
});

function requestId(): string {
  const { statement } = service.newest();
  return statement.kind === "request" ? statement.body.request : "";
}

function firstSecret(): string {
  const { statement } = service.newest();
  return statement.kind === "request" ? (statement.body.secrets[0]?.secret ?? "") : "";
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  return [value, bytes.toString("base64"), bytes.toString("base64url"), bytes.toString("hex")];
}
